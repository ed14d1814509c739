import { show, ToolkitError } from '../core/errors.js';
import { describeOption, type OptionSpec, type OptionSpecs, resolve } from '../core/options.js';
import { closest } from '../core/text.js';
import type { Argument } from './define-command.js';

/** What is wrong is the command line itself: exit code 2. */
export const usageError = (message: string): ToolkitError => new ToolkitError('usage', message);

/** `labelDropout` → `--label-dropout`. */
export const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;

export interface ParseOptions {
  /** Who is spoken to, for errors: `train`. */
  readonly owner: string;
  readonly argv: readonly string[];
  readonly specs: OptionSpecs;
  /** One-letter forms of some options. */
  readonly short: Readonly<Record<string, string>>;
  /** Stops before the first word that is no option: what follows belongs to a command. */
  readonly leading?: boolean;
}

export interface Parsed {
  /** Options that were there, unchecked but for numbers being numbers. The last of several counts. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Words that are no options. */
  readonly words: readonly string[];
  /** What is left when parsing stopped at the first word. */
  readonly rest: readonly string[];
}

/**
 * Splits a command line by option specs: `--name value`, `--name=value`, `-n value`, `-nvalue`, `--flag`, `--no-flag`;
 * after `--` everything is a word. A value may start with `-` when it is a number or nothing else.
 */
export function parse({ owner, argv, specs, short, leading = false }: ParseOptions): Parsed {
  const names = new Map(Object.keys(specs).map((name) => [flagOf(name), name]));
  const given: Record<string, unknown> = {};
  const words: string[] = [];
  const queue = [...argv];
  while (queue.length > 0) {
    const token = queue.shift()!;
    if (token === '--') {
      words.push(...queue.splice(0));
      break;
    }
    if (!token.startsWith('-') || token === '-' || isNumeric(token)) {
      if (leading) return { given, words, rest: [token, ...queue] };
      words.push(token);
      continue;
    }
    const { name, written, attached, value } = lookUp({ owner, token, names, short, specs });
    const spec = specs[name]!;
    if (spec.kind === 'flag') {
      if (attached !== undefined) throw usageError(`${owner}: ${written} is on or off and takes no value.`);
      given[name] = value;
      continue;
    }
    const next = queue[0];
    const takes =
      attached === undefined && next !== undefined && (!next.startsWith('-') || next === '-' || isNumeric(next));
    const text = attached ?? (takes ? queue.shift()! : undefined);
    if (text === undefined) throw usageError(`${owner}: ${written} needs a value, ${expected(spec)}.`);
    given[name] = spec.kind === 'number' && text.trim() !== '' && !Number.isNaN(Number(text)) ? Number(text) : text;
  }
  return { given, words, rest: [] };
}

const isNumeric = (token: string): boolean => /^-(\d|\.\d)/.test(token);

const expected = (spec: OptionSpec): string => (spec.kind === 'text' ? spec.placeholder : describeOption(spec));

interface LookUp {
  readonly owner: string;
  readonly token: string;
  readonly names: ReadonlyMap<string, string>;
  readonly short: Readonly<Record<string, string>>;
  readonly specs: OptionSpecs;
}

/** The option a token names, what is attached to it, and for a flag whether it is switched on. */
function lookUp({ owner, token, names, short, specs }: LookUp) {
  if (!token.startsWith('--')) {
    const letter = token[1]!;
    const name = Object.hasOwn(short, letter) ? short[letter]! : undefined;
    if (name === undefined) {
      const known = Object.keys(short).map((key) => `-${key}`);
      throw usageError(`${owner} has no option -${letter}. Of one letter it has ${known.join(', ')}. ${all(owner)}`);
    }
    const attached = token.length > 2 ? token.slice(2).replace(/^=/, '') : undefined;
    return { name, written: `-${letter}`, attached, value: true };
  }
  const [written = '', ...after] = token.split('=');
  const attached = after.length > 0 ? after.join('=') : undefined;
  const name = names.get(written);
  if (name !== undefined) return { name, written, attached, value: true };
  const negated = names.get(written.replace(/^--no-/, '--'));
  if (negated !== undefined && specs[negated]!.kind === 'flag') {
    return { name: negated, written, attached, value: false };
  }
  const near = closest(bare(written), [...names.keys()].map(bare)); // dashes are alike in all of them
  const hint = near === undefined ? '' : ` Did you mean "--${near}"?`;
  throw usageError(`${owner} has no option ${written}.${hint} ${all(owner)}`);
}

const bare = (written: string): string => written.slice('--'.length);

/** Where all options stand. */
const all = (owner: string): string =>
  `${owner === 'langevin' ? owner : `langevin ${owner}`} --help lists all that there are.`;

/** Checks options and fills in defaults; errors name them as they are written. */
export function settle(owner: string, specs: OptionSpecs, given: Readonly<Record<string, unknown>>) {
  const written = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [flagOf(name), value]));
  const settled: Readonly<Record<string, unknown>> = resolve(owner, written(specs), written(given) as never);
  return Object.freeze(Object.fromEntries(Object.keys(specs).map((name) => [name, settled[flagOf(name)]])));
}

/** Words as the arguments of a command, by name. */
export function settleArguments(
  owner: string,
  wanted: Readonly<Record<string, Argument>>,
  words: readonly string[],
): Readonly<Record<string, string | readonly string[] | null>> {
  const entries = Object.entries(wanted);
  const isOpen = entries.at(-1)?.[1].many === true;
  if (words.length > entries.length && !isOpen) {
    const what =
      entries.length === 0 ? 'takes no argument' : `takes ${entries.map(([, a]) => a.placeholder).join(' ')}`;
    throw usageError(`${owner} ${what}, got ${show(words[entries.length])} as well.`);
  }
  return Object.fromEntries(
    entries.map(([name, { placeholder, help, required, many }], i) => {
      const word = words[i];
      if (word === undefined && required) throw usageError(`${owner} needs ${placeholder}: ${lower(help)}`);
      return [name, many ? words.slice(i) : (word ?? null)];
    }),
  );
}

const lower = (sentence: string): string => sentence[0]!.toLowerCase() + sentence.slice(1);

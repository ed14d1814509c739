import { ToolkitError } from '../../core/errors.js';
import type { OptionSpec, OptionSpecs } from '../../core/options.js';
import { flagOf, usageError } from '../parse.js';

/** What a registry must hold to be chosen from by a text: things made out of options. */
export interface Factory {
  readonly definition: { readonly options: OptionSpecs };
}

export interface NamedOptions {
  /** The command that speaks; train unless told. */
  readonly owner?: string;
  /** The option whose value the text is: `weighting`. */
  readonly option: string;
  readonly registry: { get(name: string): Factory };
  readonly text: string;
}

export interface Named {
  readonly name: string;
  readonly factory: Factory;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * A registered thing and its options out of one text: `min-snr`, `min-snr:gamma=1`, `simple:error=huber,delta=0.3`. As
 * commas stand between options, a list is joined by slashes: `custom:list=9/3/1/0`; a flag is its name alone. Names and options that do not exist are told with the nearest that do; the values themselves the factory checks.
 */
export function named({ owner = 'train', option, registry, text }: NamedOptions): Named {
  const [name = '', ...rest] = text.split(':');
  const factory = registry.get(name);
  const given = rest.join(':');
  const pairs = given === '' ? [] : given.split(',');
  const options = pairs.map((pair) => {
    const [key = '', ...value] = pair.split('=');
    if (value.length === 0 && factory.definition.options[key.trim()]?.kind === 'flag') return [key.trim(), true];
    if (value.length === 0) {
      throw usageError(
        `${owner}: ${flagOf(option)} ${name} takes options as name=value, joined by commas, got "${pair}".`,
      );
    }
    return [key.trim(), valueOf(value.join('=').trim(), factory.definition.options[key.trim()])];
  });
  return { name, factory, options: Object.fromEntries(options) };
}

/** Placeholders of options whose text is a list of numbers. */
const lists: ReadonlySet<string> = new Set(['LIST', 'STEPS']);

function valueOf(text: string, spec: OptionSpec | undefined): unknown {
  if (spec?.kind === 'number') return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  if (spec?.kind === 'flag' && (text === 'true' || text === 'false')) return text === 'true';
  if (spec?.kind === 'text' && lists.has(spec.placeholder)) return text.replaceAll('/', ',');
  return text;
}

/** A named thing with its options checked, as schemes and recipes write it. */
export function chosenFrom<Name extends string>(
  given: NamedOptions,
): {
  readonly name: Name;
  readonly options?: Readonly<Record<string, unknown>>;
} {
  const { name, factory, options } = named(given);
  asMistakeIn(given.option, () => (factory as unknown as (options: object) => unknown)(options), given.owner);
  return { name: name as Name, ...(Object.keys(options).length > 0 && { options }) };
}

/** The thing itself, made with these options and otherwise with what is `usual` here. */
export function made<T>({
  usual = {},
  ...given
}: NamedOptions & { readonly usual?: Readonly<Record<string, unknown>> }): T {
  const { factory, options } = named(given);
  const own = Object.entries(usual).filter(([name]) => Object.hasOwn(factory.definition.options, name));
  const make = factory as unknown as (options: object) => T;
  return asMistakeIn(given.option, () => make({ ...Object.fromEntries(own), ...options }), given.owner);
}

/** Several of them joined by commas: `ddim,heun:sChurn=1,sNoise=1.01,euler` are three. */
export function splitNamed(list: string): readonly string[] {
  const names: string[] = [];
  for (const piece of list.split(',').map((word) => word.trim())) {
    const isOption = /^\w+=/.test(piece) && names.at(-1)?.includes(':');
    if (isOption) names.push(`${names.pop()},${piece}`);
    else names.push(piece);
  }
  return names;
}

/** The sentence of a mistake in such a text, with the option in front that it is a mistake in. */
export function asMistakeIn<T>(option: string, make: () => T, owner = 'train'): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof ToolkitError && error.code === 'bad-option') {
      throw usageError(`${owner}: ${flagOf(option)}: ${error.message}`);
    }
    throw error;
  }
}

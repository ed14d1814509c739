import { type OptionSpec, type OptionSpecs } from '../core/options.js';
import type { Command, HelpList } from './define-command.js';
import { globalOptions, globalShort } from './global-options.js';
import { flagOf } from './parse.js';
import { wrap } from './terminal/format.js';
import type { Paint } from './terminal/paint.js';

const width = 100;

/** The list of commands. */
export function overview(commands: Readonly<Record<string, Command>>, { bold }: Paint): string {
  const names = Object.keys(commands);
  const longest = Math.max(...names.map((name) => name.length));
  return [
    'Langevin: diffusion models in TypeScript. Train, sample and understand them on your own machine.',
    '',
    bold('Usage'),
    '  langevin COMMAND [options]',
    '',
    bold('Commands'),
    ...names.map((name) => `  ${name.padEnd(longest)}   ${commands[name]!.summary}`),
    '',
    bold('Options of every command'),
    ...optionRows(globalOptions, globalShort),
    '',
    'langevin COMMAND --help says more. The first thing to try: langevin demo',
  ].join('\n');
}

/**
 * Everything about one command: what it does, its options with ranges and defaults, examples. What stood on the command
 * line beside `--help` may ask for more about one of its things.
 */
export function commandHelp(command: Command, { bold }: Paint, given: Readonly<Record<string, unknown>> = {}): string {
  const { name, summary, details, arguments: words, options, short = {}, examples } = command;
  const usage = Object.values(words).map(({ placeholder, required }) => (required ? placeholder : `[${placeholder}]`));
  const section = (title: string, rows: readonly string[]): string[] =>
    rows.length > 0 ? ['', bold(title), ...rows] : [];
  const argumentRows = Object.values(words).map(({ placeholder, help }) => row(placeholder, help));
  return [
    `${bold(`langevin ${name}`)}: ${summary}`,
    ...(details ? ['', wrap(details, { width })] : []),
    ...section('Usage', [`  ${['langevin', name, ...usage, '[options]'].join(' ')}`]),
    ...section('Arguments', argumentRows),
    ...section('Options', optionRows(options, short)),
    ...(command.lists?.(given) ?? []).flatMap((list) => section(list.title, listRows(list))),
    ...section('Options of every command', optionRows(globalOptions, globalShort)),
    ...section(
      'Examples',
      examples.map((example) => `  ${example}`),
    ),
  ].join('\n');
}

function optionRows(specs: OptionSpecs, short: Readonly<Record<string, string>>): string[] {
  return Object.entries(specs).map(([name, spec]) => {
    const letter = Object.keys(short).find((key) => short[key] === name);
    const negatable = spec.kind === 'flag' && spec.default;
    const written = negatable ? flagOf(name).replace('--', '--no-') : flagOf(name);
    const left = [letter && !negatable ? `-${letter}, ` : '', written, valueOf(spec)].join('');
    return row(left, [spec.help, rangeOf(spec)].filter(Boolean).join(' '));
  });
}

function listRows({ rows, options = {} }: HelpList): string[] {
  const own = Object.entries(options).map(([name, spec]) =>
    row(`${name}=${valueOf(spec).trim() || 'true'}`, [spec.help, rangeOf(spec)].filter(Boolean).join(' ')),
  );
  return [...rows.map(([name, line]) => row(name, line)), ...own];
}

const gutter = 28;

function row(left: string, right: string): string {
  const text = wrap(right, { width, indent: gutter });
  return left.length + 4 > gutter ? `  ${left}\n${' '.repeat(gutter)}${text}` : `  ${left.padEnd(gutter - 2)}${text}`;
}

function valueOf(spec: OptionSpec): string {
  switch (spec.kind) {
    case 'flag':
      return '';
    case 'number':
      return spec.integer ? ' N' : ' X';
    case 'choice':
      return ' NAME';
    case 'text':
      return ` ${spec.placeholder}`;
  }
}

/** "(0 to 1, default 0.1)": what is accepted, and what it is when not given. */
function rangeOf(spec: OptionSpec): string {
  if (spec.kind === 'flag') return spec.default ? '(on unless switched off)' : '';
  const range =
    spec.kind === 'choice' ? [spec.values.join(', ')] : spec.kind === 'number' ? bounds(spec.min, spec.max) : [];
  const usual = spec.default === null || spec.default === '' ? [] : [`default ${spec.default}`];
  const parts = [...range, ...usual];
  if (parts.length === 0) return '';
  return `(${parts.join(spec.kind === 'choice' ? '; ' : ', ')})`;
}

function bounds(min: number, max: number): string[] {
  if (Number.isFinite(max)) return [`${min} to ${max}`];
  return Number.isFinite(min) ? [`${min} or more`] : [];
}

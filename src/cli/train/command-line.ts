import type { OptionSpecs } from '../../core/options.js';
import { flagOf } from '../parse.js';

/** The command line that gives these options, without those that are as usual. */
export function commandLine(command: string, specs: OptionSpecs, options: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(specs).flatMap(([name, spec]) => {
    const value = options[name];
    if (value === spec.default || value === undefined || value === null) return [];
    if (spec.kind === 'flag') return [value ? flagOf(name) : flagOf(name).replace('--', '--no-')];
    return [flagOf(name), quoted(String(value))];
  });
  return ['langevin', command, ...words].join(' ');
}

/** A word as a shell takes it. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

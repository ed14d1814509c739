import { ToolkitError } from './errors.js';
import { didYouMean } from './text.js';

export interface Registry<Entries extends Readonly<Record<string, unknown>>> {
  readonly kind: string;
  readonly names: readonly (keyof Entries & string)[];
  readonly entries: Entries;
  get(name: string): Entries[keyof Entries];
}

/** A closed, typed list of named things. One line per entry, no decorators, no import side effects. */
export function defineRegistry<const Entries extends Readonly<Record<string, unknown>>>(
  kind: string,
  entries: Entries,
): Registry<Entries> {
  const names = Object.keys(entries);
  return {
    kind,
    names,
    entries,
    get(name) {
      if (Object.hasOwn(entries, name)) return entries[name] as Entries[keyof Entries];
      const hint = didYouMean(name, names);
      throw new ToolkitError(`unknown-${kind}`, `Unknown ${kind} "${name}".${hint} Known: ${names.join(', ')}.`);
    },
  };
}

import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { show } from '../../core/errors.js';
import { usageError } from '../parse.js';

export interface KeptInputs {
  /** The command that speaks. */
  readonly owner: string;
  /** Files that are read, by what they are: "the source", "--to". Others than files may stand among them. */
  readonly inputs: readonly (readonly [what: string, path: string | null])[];
  /** Files that will be written, by their option; a name that ends in a slash is a folder of numbered files. */
  readonly outputs: readonly (readonly [option: string, path: string | null])[];
}

/** Nothing that is read may be written over, and no two results may have one name. */
export function refuseOverwriting({ owner, inputs, outputs }: KeptInputs): void {
  const written = outputs.flatMap(([option, path]) => (path === null ? [] : [{ option, path, place: placeOf(path) }]));
  for (const [what, path] of inputs) {
    if (path === null) continue;
    const own = placeOf(path);
    const over = written.find(
      ({ place }) => place === own || (dirname(own) === place && /^\d{4,}\.png$/.test(basename(own))),
    );
    if (over) {
      throw usageError(`${owner}: ${over.option} ${show(over.path)} would write over ${what}. Name another file.`);
    }
  }
  const twice = written.find(({ place }, i) => written.findIndex((other) => other.place === place) !== i);
  if (twice) throw usageError(`${owner}: two results would be written to ${show(twice.path)}. Name another file.`);
}

/** One name for every way to a file, whether it is there yet or not. */
function placeOf(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    return dirname(whole) === whole ? whole : join(placeOf(dirname(whole)), basename(whole));
  }
}

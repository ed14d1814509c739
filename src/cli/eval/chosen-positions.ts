import { ToolkitError } from '../../core/errors.js';
import { fold, key, permutation } from '../../core/random.js';
import { type DataSet, type Split, splitIndices } from '../../data/index.js';

const sides: Readonly<Record<string, readonly Split[]>> = { 'held-out': ['val', 'test'] };

/** Positions of one side of the data, at most `most`, chosen at random by the seed. */
export function chosenOf(
  data: DataSet,
  { split, most, seed }: { readonly split: string; readonly most: number; readonly seed: number },
) {
  const all = (sides[split] ?? [split as Split | 'all']).flatMap((side) => [...splitIndices(data, side)]);
  if (all.length === 0) {
    throw new ToolkitError('empty-data', `${data.name} has nothing in its ${split} split. Take another --split.`);
  }
  if (all.length <= most) return all;
  const order = permutation(fold(key(seed), 'eval', split), all.length);
  return Array.from(order.subarray(0, most), (i) => all[i]!);
}

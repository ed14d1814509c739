import { ToolkitError } from '../../core/errors.js';
import { fold, key, permutation } from '../../core/random.js';
import { type DataSet, type Split, splitIndices } from '../../data/index.js';

const sides: Readonly<Record<string, readonly Split[]>> = { 'held-out': ['val', 'test'] };

/** All positions of one side of the data. */
export function positionsOf(data: DataSet, split: string): readonly number[] {
  const all = (sides[split] ?? [split as Split | 'all']).flatMap((side) => [...splitIndices(data, side)]);
  if (all.length > 0) return all;
  throw new ToolkitError('empty-data', `${data.name} has nothing in its ${split} split. Take another --split.`);
}

/** Positions of one side of the data, at most `most`, chosen at random by the seed. */
export function chosenOf(
  data: DataSet,
  { split, most, seed }: { readonly split: string; readonly most: number; readonly seed: number },
) {
  const all = positionsOf(data, split);
  if (all.length <= most) return all;
  const order = permutation(fold(key(seed), 'eval', split), all.length);
  return Array.from(order.subarray(0, most), (i) => all[i]!);
}

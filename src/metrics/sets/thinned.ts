import { floats, type HostArray, rows } from '../../core/host-array.js';
import { fold, type Key, permutation } from '../../core/random.js';
import type { Sets } from '../metric.js';
import { sizesOf } from './check-sets.js';

/** At most `most` rows of a set, drawn at random without repetition. */
export function thinnedSet(set: HostArray<'float32'>, most: number, key: Key): HostArray<'float32'> {
  const [count, size] = sizesOf(set);
  if (count <= most) return set;
  const chosen = permutation(key, count).subarray(0, most);
  const out = floats([most, size]);
  for (const [row, i] of chosen.entries()) out.data.set(rows(set, i, i + 1).data, row * size);
  return out;
}

/** Both sets, thinned to at most `most` vectors each, and a note where that left some out. */
export function thinnedSets({ reference, samples, key }: Sets, most: number) {
  const thinned = {
    reference: thinnedSet(reference, most, fold(key, 'thin', 'reference')),
    samples: thinnedSet(samples, most, fold(key, 'thin', 'samples')),
  };
  const n = Math.min(sizesOf(thinned.reference)[0], sizesOf(thinned.samples)[0]);
  const cut = thinned.reference !== reference || thinned.samples !== samples;
  return { ...thinned, n, notes: cut ? [`computed on ${most} vectors drawn from each larger set`] : [] };
}

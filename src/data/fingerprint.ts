import { createHash } from 'node:crypto';

import type { DataSet } from './dataset.js';

/**
 * Sixteen letters that are others as soon as a picture is added, taken away, renamed, put into another class or on another
 * side of the split: what the order of training follows from. Pixels do not count, which other versions of a decoder may
 * round otherwise.
 *
 * @example
 * import { datasets, finish, fingerprintOf } from 'langevin/data';
 * const few = await finish(datasets.get('2d').load({ count: 40 }));
 * const more = await finish(datasets.get('2d').load({ count: 41 }));
 * fingerprintOf(few) === fingerprintOf(more); // → false
 */
export function fingerprintOf({ items, classes }: Pick<DataSet, 'items' | 'classes'>): string {
  const hash = createHash('sha256').update(JSON.stringify(classes));
  for (const { name, label, split } of items) hash.update(JSON.stringify([name, label, split]));
  return hash.digest('hex').slice(0, 16);
}

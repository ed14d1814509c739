import { createHash } from 'node:crypto';

/** The three sides of a data set: to learn from, to choose by, to report on. */
export type Split = 'train' | 'val' | 'test';

export const splits: readonly Split[] = ['train', 'val', 'test'];

/**
 * The side a thing belongs to, decided by a hash of what it is and of nothing else: 90 % train, 5 % val, 5 % test.
 * Adding, removing or reordering other things never moves it.
 *
 * @example
 * import { splitOf } from 'langevin/data';
 * splitOf('grinning-face') === splitOf('grinning-face'); // → true
 */
export function splitOf(identity: string | Uint8Array): Split {
  const u = createHash('sha256').update(identity).digest().readUInt32BE(0) / 2 ** 32;
  return u < 0.9 ? 'train' : u < 0.95 ? 'val' : 'test';
}

import { fold } from '../../../core/random.js';
import { intervals } from '../../intervals.js';
import type { Batch } from '../batch.js';
import { type EditAt, startOf } from '../edit.js';
import { blend } from './blend.js';
import { maskFor } from './masks.js';

/** The mask of an edit that cannot do without one. */
export const maskOf = ({ mask, source }: Pick<EditAt, 'mask' | 'source'>): Batch => maskFor(mask!, source.shape);

/** Noise where something new is wanted, and the known region noised to the first level elsewhere. */
export function startAround(at: EditAt): Batch {
  const { space, key, source, steps } = at;
  const { alpha, sigma } = intervals(steps)[0]!.from;
  const noise = space.gaussian(source, fold(key, 'known'));
  const keep = space.lincomb([alpha, source], [sigma, noise]);
  return blend({ mask: maskOf(at), change: startOf(at, source), keep });
}

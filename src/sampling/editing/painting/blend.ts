import { ToolkitError } from '../../../core/errors.js';
import { floats } from '../../../core/host-array.js';
import { isFloats } from '../../../core/values.js';

export interface BlendOptions<X> {
  /** 1 where the change shows, 0 where what is kept shows; of the shape of both. */
  readonly mask: X;
  readonly change: X;
  readonly keep: X;
}

/**
 * mask·change + (1 − mask)·keep, element by element. Where the mask is 0 or 1 the bits of the one are taken and the other
 * is not looked at.
 *
 * @example
 * import { floats } from 'langevin/core';
 * import { blend } from 'langevin/sampling';
 * const [mask, change, keep] = [[0, 1, 0.5], [5, 6, 7], [1, 2, 3]].map((data) => floats([3], data));
 * blend({ mask, change, keep }).data; // → Float32Array.of(1, 6, 5)
 */
export function blend<X>({ mask, change, keep }: BlendOptions<X>): X {
  if (typeof mask === 'number') return blended(mask, change as number, keep as number) as X;
  if (!isFloats(mask) || !isFloats(change) || !isFloats(keep)) {
    throw new ToolkitError('bad-value', 'blend needs numbers to choose between. Edit host arrays.');
  }
  for (const { shape } of [change, keep]) {
    if (shape.join() === mask.shape.join()) continue;
    throw new ToolkitError(
      'shape-mismatch',
      `blend needs a mask of the shape of its pictures, got [${mask.shape.join(', ')}] and [${shape.join(', ')}]. ` +
        'See maskFor.',
    );
  }
  const [a, b] = [change.data, keep.data];
  return floats(
    mask.shape,
    mask.data.map((m, i) => blended(m, a[i]!, b[i]!)),
  ) as X;
}

const blended = (m: number, change: number, keep: number): number =>
  m === 0 ? keep : m === 1 ? change : m * change + (1 - m) * keep;

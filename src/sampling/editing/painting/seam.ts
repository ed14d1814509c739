import type { Batch } from '../batch.js';
import { maskFor } from './masks.js';

export interface SeamOptions {
  /** Pictures [B, C, H, W]. */
  readonly pictures: Batch;
  /** The mask [H, W], or one of the whole shape. */
  readonly mask: Batch;
}

/** How large the differences of neighbouring pixels are on average, in units of the pictures. */
export interface Seam {
  /** Of a pixel that may change and one that must stay. */
  readonly across: number;
  readonly inside: number;
  readonly outside: number;
  /** across/((inside + outside)/2): 1 where the edge of the mask is as rough as the rest, more where it shows. */
  readonly ratio: number;
  /** How many pairs lie across the edge: without any there is no seam. */
  readonly pairs: number;
}

/**
 * What shows of the edge of a mask: the mean |x_p − x_q| of neighbours p, q on the two sides of it, against that of
 * neighbours on one side. A picture has edges of its own, so the number of the source at the same place stands beside
 * it where people see it.
 *
 * @example
 * import { floats } from 'langevin/core';
 * import { boxMask, seam } from 'langevin/sampling';
 * const mask = boxMask({ width: 4, height: 1, box: [0, 0, 2, 1] });
 * seam({ pictures: floats([1, 1, 1, 4], [0, 0.125, 0.625, 0.75]), mask }).ratio; // → 4
 */
export function seam({ pictures, mask: given }: SeamOptions): Seam {
  const mask = maskFor(given, pictures.shape).data;
  const [height = 1, width = 1] = pictures.shape.slice(-2);
  const sums = { across: 0, inside: 0, outside: 0 };
  const counts = { across: 0, inside: 0, outside: 0 };
  const add = (p: number, q: number): void => {
    const [a, b] = [mask[p]! > 0, mask[q]! > 0];
    const kind = a !== b ? 'across' : a ? 'inside' : 'outside';
    sums[kind] += Math.abs(pictures.data[p]! - pictures.data[q]!);
    counts[kind] += 1;
  };
  for (let i = 0; i < pictures.data.length; i++) {
    if (i % width < width - 1) add(i, i + 1);
    if (Math.floor(i / width) % height < height - 1) add(i, i + width);
  }
  const mean = (kind: keyof typeof sums): number => (counts[kind] === 0 ? 0 : sums[kind] / counts[kind]);
  const [across, inside, outside] = [mean('across'), mean('inside'), mean('outside')];
  const sides = Number(counts.inside > 0) + Number(counts.outside > 0);
  const rest = sides === 0 ? 0 : (inside + outside) / sides;
  return { across, inside, outside, ratio: rest > 0 ? across / rest : across > 0 ? Infinity : 1, pairs: counts.across };
}

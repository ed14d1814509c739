import type { Shape } from '../../core/host-array.js';
import { mean, reshape, type Tensor } from '../../graph/index.js';

/** Mean over everything but the first axis: [B, …] → [B]. */
export const meanPerSample = (x: Tensor): Tensor => mean(x, { axes: x.shape.map((_, i) => i).slice(1) });

/** One number a row, [B], shaped to be broadcast over [B, …]. */
export const overSample = (x: Tensor, shape: Shape): Tensor =>
  reshape(x, { shape: shape.map((n, i) => (i === 0 ? n : 1)) });

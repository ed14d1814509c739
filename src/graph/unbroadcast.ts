import type { Shape } from '../core/host-array.js';
import type { Ops } from './ops/index.js';
import { sameShape, type Tensor } from './tensor.js';

/** The adjoint of broadcasting: sums `dy` over the axes along which a tensor of `shape` was repeated. */
export function unbroadcast(ops: Ops, dy: Tensor, shape: Shape): Tensor {
  if (sameShape(dy.shape, shape)) return dy;
  const extra = dy.shape.length - shape.length;
  const axes = dy.shape.flatMap((n, i) => (i < extra || (shape[i - extra] === 1 && n !== 1) ? [i] : []));
  return ops.reshape(ops.sum(dy, { axes, keepDims: true }), { shape });
}

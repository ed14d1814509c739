import type { Op } from '../define-op.js';
import { type AxisAttributes, normalised } from '../softmax-rule.js';

/** e^{xᵢ} / Σⱼ e^{xⱼ} along one axis, the last unless told. */
export const softmax: Op<Partial<AxisAttributes>> = normalised({
  name: 'softmax',
  onnx: 'Softmax',
  f: (x, max, total) => Math.exp(x - max) / total,
  // dx = y·(dy − Σ dy·y)
  dx: ({ y, dy, axes, ops }) => ops.mul(y, ops.sub(dy, ops.sum(ops.mul(dy, y), { axes, keepDims: true }))),
});

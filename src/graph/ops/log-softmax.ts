import type { Op } from '../define-op.js';
import { type AxisAttributes, normalised } from '../softmax-rule.js';

/** xᵢ − ln Σⱼ e^{xⱼ} along one axis, the last unless told. */
export const logSoftmax: Op<Partial<AxisAttributes>> = normalised({
  name: 'logSoftmax',
  onnx: 'LogSoftmax',
  f: (x, max, total) => x - max - Math.log(total),
  // dx = dy − softmax(x)·Σ dy
  dx: ({ y, dy, axes, ops }) => ops.sub(dy, ops.mul(ops.exp(y), ops.sum(dy, { axes, keepDims: true }))),
});

import { ToolkitError } from '../../core/errors.js';
import { floats } from '../../core/host-array.js';
import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';

export interface ClampAttributes {
  readonly min: number;
  readonly max: number;
}

/** x limited to [min, max]; the gradient passes where x lies strictly inside. */
export const clamp: Op<Partial<ClampAttributes>> = unary<ClampAttributes>({
  name: 'clamp',
  attributes: ({ min = -3.4e38, max = 3.4e38 }) => {
    if (!(min <= max)) throw new ToolkitError('bad-option', `clamp needs min ≤ max, got min ${min} and max ${max}.`);
    return { min, max };
  },
  f: (x, { min, max }) => Math.min(Math.max(x, min), max),
  dx: ({ x, dy, ops, attributes: { min, max } }) =>
    ops.where(ops.greater(x, min), ops.where(ops.less(x, max), dy, 0), 0),
  onnx: ({ node, in: [x], out, constant, attributes: { min, max } }) =>
    node('Clip', [x!, constant(floats([], [min])), constant(floats([], [max]))], { outputs: out }),
  samples: [{ inputs: [floats([5], [-1.5, -0.7, 0.2, 0.5, 1.3])], attributes: { min: -0.9, max: 0.7 } }],
});

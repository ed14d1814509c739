import { floats } from '../../core/host-array.js';
import type { Op } from '../define-op.js';
import { unary } from '../elementwise.js';

export interface LeakyReluAttributes {
  /** Slope left of zero. */
  readonly slope: number;
}

/** x where x > 0, slope·x elsewhere. */
export const leakyRelu: Op<Partial<LeakyReluAttributes>> = unary<LeakyReluAttributes>({
  name: 'leakyRelu',
  attributes: ({ slope = 0.01 }) => ({ slope }),
  f: (x, { slope }) => (x > 0 ? x : slope * x),
  dx: ({ x, dy, ops, attributes: { slope } }) => ops.where(ops.greater(x, 0), dy, ops.mul(dy, slope)),
  onnx: ({ node, in: [x], out, attributes: { slope } }) =>
    node('LeakyRelu', [x!], { outputs: out, attributes: { alpha: { float: slope } } }),
  samples: [
    { inputs: [floats([4], [-1, 0.5, 2, -0.3])] },
    { inputs: [floats([2], [-0.4, 0.7])], attributes: { slope: 0.2 } },
  ],
});

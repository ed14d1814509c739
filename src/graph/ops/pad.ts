import { ToolkitError } from '../../core/errors.js';
import { floats, sizeOf } from '../../core/host-array.js';
import { stridesOf, walk } from '../broadcast.js';
import { defineOp, type Op } from '../define-op.js';
import { requireFloat } from '../elementwise.js';
import { showShape } from '../tensor.js';

export interface PadAttributes {
  /** Elements added before the first index of each axis; negative ones crop. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: number;
}

/** Surrounds a tensor with a constant, or crops it where a count is negative. */
export const pad: Op<Partial<PadAttributes>> = defineOp<PadAttributes>({
  name: 'pad',
  attributes: ({ before = [], after = [], value = 0 }) => ({ before, after, value }),
  infer: ([x], { before, after }) => {
    requireFloat('pad', x!);
    const shape = x!.shape.map((n, i) => n + before[i]! + after[i]!);
    if (before.length === x!.shape.length && after.length === x!.shape.length && shape.every((n) => n >= 1)) {
      return { shape, dtype: 'float32' };
    }
    throw new ToolkitError(
      'bad-pad',
      `pad: ${showShape(before)} before and ${showShape(after)} after do not fit ${showShape(x!.shape)}.`,
    );
  },
  evaluate: ([x], { before, value }, [y]) => {
    const out = new Float32Array(sizeOf(y!.shape)).fill(value);
    const strides = stridesOf(y!.shape);
    const index = new Array<number>(x!.shape.length).fill(0);
    walk(x!.shape, [], (i) => {
      let rest = i;
      for (let axis = index.length - 1; axis >= 0; axis--) {
        index[axis] = (rest % x!.shape[axis]!) + before[axis]!;
        rest = Math.floor(rest / x!.shape[axis]!);
      }
      const inside = index.every((at, axis) => at >= 0 && at < y!.shape[axis]!);
      if (inside) out[index.reduce((sum, at, axis) => sum + at * strides[axis]!, 0)] = x!.data[i] as number;
    });
    return out;
  },
  vjp: ({ attributes: { before, after }, dy, ops }) => [
    ops.pad(dy, { before: before.map((n) => -n), after: after.map((n) => -n) }),
  ],
  onnx: ({ node, in: [x], out, ints, constant, attributes: { before, after, value } }) => {
    const amounts = ints([...before, ...after]);
    node('Pad', value === 0 ? [x!, amounts] : [x!, amounts, constant(floats([], [value]))], { outputs: out });
  },
  samples: [
    { inputs: [[2, 3]], attributes: { before: [1, 0], after: [0, 2] } },
    { inputs: [[3, 4]], attributes: { before: [-1, 1], after: [2, -2], value: 0.5 } },
  ],
});

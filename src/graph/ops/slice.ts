import { ToolkitError } from '../../core/errors.js';
import { type Shape, sizeOf } from '../../core/host-array.js';
import { stridesOf, walk } from '../broadcast.js';
import { defineOp, type Op } from '../define-op.js';
import { requireFloat } from '../elementwise.js';
import { showShape, type Tensor } from '../tensor.js';

export interface SliceAttributes {
  readonly axes: readonly number[];
  /** First index taken along each of `axes`; negative ones count from the end. */
  readonly starts: readonly number[];
  /** One past the last index taken. */
  readonly ends: readonly number[];
  /** Positive strides; 1 unless told. */
  readonly steps: readonly number[];
}

/** Elements start, start + step, … below end along some axes. */
export const slice: Op<Partial<SliceAttributes>> = defineOp<SliceAttributes>({
  name: 'slice',
  attributes: ({ axes, starts = [], ends = [], steps }, [x]) => {
    const along = axes ?? starts.map((_, i) => i);
    const length = (i: number): number => x!.shape.at(along[i]!)!;
    const settle = (at: number, i: number): number => Math.min(at < 0 ? at + length(i) : at, length(i));
    return {
      axes: along.map((axis) => (axis < 0 ? axis + x!.shape.length : axis)),
      starts: starts.map(settle),
      ends: ends.map(settle),
      steps: steps ?? starts.map(() => 1),
    };
  },
  infer: ([x], { axes, starts, ends, steps }) => {
    requireFloat('slice', x!);
    const shape = [...x!.shape];
    for (const [i, axis] of axes.entries()) {
      const [from, to, step] = [starts[i]!, ends[i]!, steps[i]!];
      if (!(axis < shape.length && from >= 0 && from < to && step >= 1)) {
        throw new ToolkitError(
          'bad-slice',
          `slice: ${from}…${to} by ${step} along axis ${axis} leaves nothing of ${showShape(x!.shape)}.`,
        );
      }
      shape[axis] = Math.ceil((to - from) / step);
    }
    return { shape, dtype: 'float32' };
  },
  evaluate: ([x], { axes, starts, steps }, [y]) => {
    const strides = stridesOf(x!.shape);
    const base = axes.reduce((sum, axis, i) => sum + starts[i]! * strides[axis]!, 0);
    const stepped = strides.map((stride, axis) => stride * (steps[axes.indexOf(axis)] ?? 1));
    const out = new Float32Array(sizeOf(y!.shape));
    walk(y!.shape, [stepped], (i, [at]) => {
      out[i] = x!.data[base + at!] as number;
    });
    return out;
  },
  vjp: ({ inputs: [x], attributes: { axes, starts, steps }, dy, ops }) => {
    // Spread along strided axes ([n] → [n, 1] → [n, step] → [n·step]), then pad (or crop) back to x's length.
    let spread: Tensor = dy;
    for (const [i, axis] of axes.entries()) {
      if (steps[i] === 1) continue;
      const shape: Shape = spread.shape;
      const apart = ops.reshape(spread, { shape: [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)] });
      const zeros = apart.shape.map((_, k) => (k === axis + 1 ? steps[i]! - 1 : 0));
      const filled = ops.pad(apart, { before: zeros.map(() => 0), after: zeros });
      spread = ops.reshape(filled, { shape: shape.map((n, k) => (k === axis ? n * steps[i]! : n)) });
    }
    const before = x!.shape.map((_, axis) => starts[axes.indexOf(axis)] ?? 0);
    const after = x!.shape.map((n, axis) => n - before[axis]! - spread.shape[axis]!);
    return [ops.pad(spread, { before, after })];
  },
  onnx: ({ node, in: [x], out, ints, attributes: { axes, starts, ends, steps } }) =>
    node('Slice', [x!, ints(starts), ints(ends), ints(axes), ints(steps)], { outputs: out }),
  samples: [
    { inputs: [[3, 5]], attributes: { axes: [1], starts: [1], ends: [-1] } },
    { inputs: [[5, 4]], attributes: { axes: [0, 1], starts: [0, 1], ends: [5, 4], steps: [2, 2] } },
  ],
});

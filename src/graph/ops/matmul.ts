import { ToolkitError } from '../../core/errors.js';
import { floats, type Shape, sizeOf } from '../../core/host-array.js';
import { broadcastShapes, broadcastStrides, stridesOf, walk } from '../broadcast.js';
import { defineOp, type Op } from '../define-op.js';
import { requireFloat } from '../elementwise.js';
import { showShape, type Tensor } from '../tensor.js';
import { unbroadcast } from '../unbroadcast.js';
import type { Ops } from './index.js';

export interface MatmulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Factor on the product. */
  readonly scale: number;
}

/** scale · op(a)·op(b) over the last two axes; leading axes broadcast as batches. */
export const matmul: Op<Partial<MatmulAttributes>> = defineOp<MatmulAttributes>({
  name: 'matmul',
  attributes: ({ transposeA = false, transposeB = false, scale = 1 }) => ({ transposeA, transposeB, scale }),
  infer: ([a, b], { transposeA, transposeB }) => {
    requireFloat('matmul', a!);
    requireFloat('matmul', b!);
    const [m, k] = lastTwo(a!.shape, transposeA);
    const [k2, n] = lastTwo(b!.shape, transposeB);
    if (a!.shape.length < 2 || b!.shape.length < 2 || k !== k2) {
      const note =
        transposeA || transposeB
          ? ` (transposed: ${[transposeA && 'a', transposeB && 'b'].filter(Boolean).join(', ')})`
          : '';
      throw new ToolkitError(
        'shape-mismatch',
        `matmul cannot multiply ${showShape(a!.shape)} by ${showShape(b!.shape)}${note}.`,
      );
    }
    return {
      shape: [...broadcastShapes('matmul', a!.shape.slice(0, -2), b!.shape.slice(0, -2)), m!, n!],
      dtype: 'float32',
    };
  },
  evaluate: ([a, b], { transposeA, transposeB, scale }, [y]) => {
    const [M, N] = y!.shape.slice(-2) as [number, number];
    const K = lastTwo(a!.shape, transposeA)[1]!;
    const batch = y!.shape.slice(0, -2);
    const [am, ak] = transposeA ? [1, M] : [K, 1];
    const [bk, bn] = transposeB ? [1, K] : [N, 1];
    const [p, q] = [a!.data as Float32Array, b!.data as Float32Array];
    const out = new Float32Array(sizeOf(y!.shape));
    const steps = [a!, b!].map(({ shape }) => {
      const lead = shape.slice(0, -2);
      const size = sizeOf(shape.slice(-2));
      return broadcastStrides(lead, batch).map((stride) => stride * size);
    });
    walk(batch, steps, (i, [pa, qb]) => {
      for (let m = 0; m < M; m++) {
        for (let n = 0; n < N; n++) {
          let sum = 0;
          for (let k = 0; k < K; k++) sum += p[pa! + m * am + k * ak]! * q[qb! + k * bk + n * bn]!;
          out[(i * M + m) * N + n] = scale * sum;
        }
      }
    });
    return out;
  },
  // C = s·AB: dA = s·dC·Bᵀ, dB = s·Aᵀ·dC; with transposed operands the factors trade places.
  vjp: ({ inputs: [a, b], attributes, dy, ops }) => {
    const { transposeA: ta, transposeB: tb, scale } = attributes;
    // One matrix for all batches: its gradients add up inside a product over batch and columns together.
    const shared = a!.shape.length === 2 && b!.shape.length > 2;
    const da = shared
      ? gradientOfShared(ops, { b: b!, dy, attributes })
      : ta
        ? ops.matmul(b!, dy, { transposeA: tb, transposeB: true, scale })
        : ops.matmul(dy, b!, { transposeB: !tb, scale });
    const db = tb
      ? ops.matmul(dy, a!, { transposeA: true, transposeB: ta, scale })
      : ops.matmul(a!, dy, { transposeA: !ta, scale });
    return [unbroadcast(ops, da, a!.shape), unbroadcast(ops, db, b!.shape)];
  },
  onnx: ({ node, in: [a, b], inputs, out, constant, target, attributes: { transposeA, transposeB, scale } }) => {
    if (!transposeA && !transposeB && scale === 1) node('MatMul', [a!, b!], { outputs: out });
    else if (target === 'webgpu') {
      const swap = (name: string, { shape }: Tensor): string =>
        node('Transpose', [name], { attributes: { perm: swapped(shape) } });
      const left = transposeA ? swap(a!, inputs[0]!) : a!;
      const right = transposeB ? swap(b!, inputs[1]!) : b!;
      if (scale === 1) node('MatMul', [left, right], { outputs: out });
      else node('Mul', [node('MatMul', [left, right]), constant(floats([], [scale]))], { outputs: out });
    } else {
      const attributes = { transA: Number(transposeA), transB: Number(transposeB), alpha: { float: scale } };
      node('FusedMatMul', [a!, b!], { outputs: out, domain: 'com.microsoft', attributes });
    }
  },
  samples: [
    {
      inputs: [
        [2, 3],
        [3, 4],
      ],
    },
    {
      inputs: [
        [2, 3, 2],
        [4, 3],
      ],
      attributes: { transposeA: true, transposeB: true, scale: 0.5 },
    },
    ...[false, true].flatMap((transposeA) =>
      [false, true].map((transposeB) => ({
        inputs: [transposeA ? [3, 4] : [4, 3], transposeB ? [2, 2, 5, 3] : [2, 2, 3, 5]],
        attributes: { transposeA, transposeB, scale: 0.5 },
      })),
    ),
    {
      inputs: [
        [2, 1, 2, 3],
        [3, 5, 3],
      ],
      attributes: { transposeB: true },
    },
    {
      inputs: [
        [2, 3, 2],
        [2, 3, 5],
      ],
      attributes: { transposeA: true, scale: -2 },
    },
  ],
});

interface Shared {
  /** [..., K, N], or [..., N, K] where it is transposed. */
  readonly b: Tensor;
  /** [..., M, N] */
  readonly dy: Tensor;
  readonly attributes: MatmulAttributes;
}

/** Σ over batches of dC·Bᵀ, [M, K] or transposed as the matrix is. */
function gradientOfShared(ops: Ops, { b, dy, attributes: { transposeA, transposeB, scale } }: Shared): Tensor {
  // [..., R, N] → [R, batch·N]
  const rowsFirst = (x: Tensor): Tensor => {
    const [R, N] = x.shape.slice(-2) as [number, number];
    const count = sizeOf(x.shape) / (R * N);
    const moved = count === 1 ? x : ops.transpose(ops.reshape(x, { shape: [count, R, N] }), { axes: [1, 0, 2] });
    return ops.reshape(moved, { shape: [R, count * N] });
  };
  const left = rowsFirst(dy); // [M, batch·N]
  const right = transposeB ? ops.reshape(b, { shape: [left.shape[1]!, b.shape.at(-1)!] }) : rowsFirst(b);
  return transposeA
    ? ops.matmul(right, left, { transposeA: transposeB, transposeB: true, scale })
    : ops.matmul(left, right, { transposeB: !transposeB, scale });
}

const lastTwo = (shape: Shape, transposed: boolean): Shape =>
  transposed ? shape.slice(-2).reverse() : shape.slice(-2);
const swapped = (shape: Shape): readonly number[] => {
  const axes = stridesOf(shape).map((_, i) => i);
  return [...axes.slice(0, -2), axes.length - 1, axes.length - 2];
};

import { ToolkitError } from '../core/errors.js';
import type { DType, Shape } from '../core/host-array.js';
import { broadcastShapes, broadcastStrides, walk } from './broadcast.js';
import { defineOp, type Op, type OpDefinition, type OpSample, type VjpContext } from './define-op.js';
import { showType, type Tensor, type TensorType } from './tensor.js';
import { unbroadcast } from './unbroadcast.js';

type Float = Float32Array;

interface UnaryRule<A extends object> {
  readonly name: string;
  readonly attributes?: (given: Partial<A>) => A;
  /** The scalar function. */
  readonly f: (x: number, attributes: A) => number;
  /** Cotangent of x. */
  readonly dx: ((at: VjpContext<A> & { readonly x: Tensor }) => Tensor) | null;
  readonly again?: OpDefinition<A>['again'];
  readonly onnx: OpDefinition<A>['onnx'];
  /** Where the function is smooth, for the conformance suite. */
  readonly range?: readonly [number, number];
  readonly samples?: readonly OpSample<Partial<A>>[];
}

/** An op that maps each float32 element by one scalar function. `dx: null` means the derivative is zero everywhere. */
export function unary<A extends object = object>({
  name,
  attributes,
  f,
  dx,
  again,
  onnx,
  range,
  samples,
}: UnaryRule<A>): Op<Partial<A>> {
  return defineOp<A>({
    name,
    ...(attributes && { attributes }),
    infer: ([x]) => requireFloat(name, x!),
    evaluate: ([x], at) => (x!.data as Float).map((value) => f(value, at)),
    vjp: (at) => [dx ? dx({ ...at, x: at.inputs[0]! }) : null],
    ...(again && { again }),
    onnx,
    samples: samples ?? [
      { inputs: [[2, 3]], ...(range && { range }) },
      { inputs: [[]], ...(range && { range }) },
    ],
  });
}

interface BinaryRule {
  readonly name: string;
  readonly f: (a: number, b: number) => number;
  /** Cotangents of a and b before un-broadcasting; null where there is none. */
  readonly grads:
    | ((at: VjpContext<object> & { readonly a: Tensor; readonly b: Tensor }) => readonly [Tensor, Tensor])
    | null;
  readonly onnx: OpDefinition<object>['onnx'];
  readonly range?: readonly [number, number];
  readonly result?: DType;
  /** In place of random inputs, for functions with a kink. */
  readonly samples?: readonly OpSample<object>[];
}

/** An op of two float32 tensors that broadcast against each other by the numpy rule. */
export function binary({ name, f, grads, onnx, range, result = 'float32', samples }: BinaryRule): Op {
  const shapes: readonly (readonly Shape[])[] = [
    [
      [2, 3],
      [2, 3],
    ],
    [
      [2, 1, 3],
      [4, 1],
    ],
    [[3], []],
  ];
  return defineOp({
    name,
    infer: ([a, b]) => {
      requireFloat(name, a!);
      requireFloat(name, b!);
      return { shape: broadcastShapes(name, a!.shape, b!.shape), dtype: result };
    },
    evaluate: ([a, b], _, [y]) => {
      const out = result === 'bool' ? new Uint8Array(sizeIn(y!.shape)) : new Float32Array(sizeIn(y!.shape));
      const strides = [broadcastStrides(a!.shape, y!.shape), broadcastStrides(b!.shape, y!.shape)];
      const [p, q] = [a!.data as Float, b!.data as Float];
      walk(y!.shape, strides, (i, at) => {
        out[i] = f(p[at[0]!]!, q[at[1]!]!);
      });
      return out;
    },
    vjp: (at) => {
      if (!grads) return [null, null];
      const [a, b] = at.inputs as [Tensor, Tensor];
      const [da, db] = grads({ ...at, a, b });
      return [unbroadcast(at.ops, da, a.shape), unbroadcast(at.ops, db, b.shape)];
    },
    onnx,
    samples: samples ?? shapes.map((inputs) => ({ inputs, ...(range && { range }) })),
  });
}

const sizeIn = (shape: Shape): number => shape.reduce((size, n) => size * n, 1);

/** The type itself, or an error if it is not float32. */
export function requireFloat(owner: string, type: TensorType): TensorType {
  if (type.dtype === 'float32') return type;
  throw new ToolkitError('bad-dtype', `${owner} needs float32, got ${showType(type)}. Call cast first.`);
}

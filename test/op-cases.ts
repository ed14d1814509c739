import { type DType, floats, type HostArray, type Shape, sizeOf } from '../src/core/host-array.js';
import { fold, key, uniforms } from '../src/core/random.js';
import { input, type OpSample } from '../src/graph/define-op.js';
import { grad, ops, type Tensor } from '../src/graph/index.js';

/** A graph with the numbers to feed it. */
export interface OpCase {
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly feeds: Readonly<Record<string, HostArray>>;
}

/** Every output of one sample of an op, and the gradient of each float output to each float input. */
export function opCase(name: keyof typeof ops.entries, index: number): OpCase {
  const op = ops.entries[name];
  const { inputs, range = [-2, 2], attributes } = op.definition.samples[index] as OpSample<object>;
  const feeds: Record<string, HostArray> = {};
  const tensors = inputs.map((spec, k) => {
    const value = Array.isArray(spec) ? random(spec as Shape, `${k}`, range) : (spec as HostArray);
    feeds[`x${k}`] = value;
    return input(`x${k}`, value.shape, value.dtype);
  });
  const outputs: Record<string, Tensor> = {};
  for (const [k, y] of op.all(tensors, attributes as never).entries()) {
    outputs[`y${k}`] = y;
    if (y.dtype !== 'float32' || typeof op.definition.vjp === 'string') continue;
    const floatInputs = tensors.filter((x) => x.dtype === 'float32');
    for (const [j, dx] of grad(y, floatInputs).entries()) outputs[`d${k}x${j}`] = dx;
  }
  return { outputs, feeds };
}

/** Where `got` is farthest from `expected`, relative to max(1, |expected|); null when no element is off by `tolerance`. */
export function worst(
  got: HostArray<DType>['data'],
  expected: HostArray<DType>['data'],
  tolerance: number,
): string | null {
  if (got.length !== expected.length) return `${got.length} values instead of ${expected.length}`;
  let [at, most] = [-1, tolerance];
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [Number(got[i]), Number(expected[i])];
    const off = Math.abs(a - b) / Math.max(1, Math.abs(b));
    if (!(off <= most)) [at, most] = [i, off];
  }
  return at < 0 ? null : `[${at}]: engine ${got[at]}, meaning ${expected[at]}`;
}

function random(shape: Shape, label: string, [low, high]: readonly [number, number]): HostArray<'float32'> {
  return floats(
    shape,
    Float32Array.from(uniforms(fold(key(5), label), sizeOf(shape)), (u) => low + u * (high - low)),
  );
}

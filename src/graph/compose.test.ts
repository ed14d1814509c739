import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { evaluateGraph } from '../../test/evaluate.js';
import { worst } from '../../test/op-cases.js';
import { floats, type HostArray, type Shape, sizeOf } from '../core/host-array.js';
import { fold, gaussians, key } from '../core/random.js';
import { attention, flatten, instanceNorm, layerNorm, split, variance } from './compose.js';
import { input } from './define-op.js';
import type { Tensor } from './tensor.js';

const random = (shape: Shape, label: string) => floats(shape, gaussians(fold(key(17), label), sizeOf(shape)));

/** `f` of random arrays by the reference interpreter. */
async function compute(shapes: Readonly<Record<string, Shape>>, f: (of: Record<string, Tensor>) => Tensor) {
  const feeds = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, random(shape, name)]));
  const result = f(Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(name, shape)])));
  const { y } = await evaluateGraph({ y: result }, feeds);
  return { y: y as HostArray<'float32'>, of: (name: string) => Array.from(feeds[name]!.data) };
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const spread = (values: readonly number[]): number => mean(values.map((v) => (v - mean(values)) ** 2));
const close = (got: HostArray<'float32'>, shape: Shape, expected: readonly number[]): void => {
  assert.deepEqual(got.shape, shape);
  assert.equal(worst(got.data, Float32Array.from(expected), 1e-5), null);
};

/** Rows of `length` numbers. */
const rowsOf = (values: readonly number[], length: number): readonly (readonly number[])[] =>
  Array.from({ length: values.length / length }, (_, i) => values.slice(i * length, (i + 1) * length));

suite('split', () => {
  test('cuts an axis into pieces', async () => {
    const x = input('x', [2, 5]);
    const [a, b] = split(x, { axis: -1, sizes: [1, 4] });
    const feeds = { x: floats([2, 5], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) };
    assert.deepEqual(await evaluateGraph({ a: a!, b: b! }, feeds), {
      a: floats([2, 1], [0, 5]),
      b: floats([2, 4], [1, 2, 3, 4, 6, 7, 8, 9]),
    });
  });

  test('sizes must add up and the axis must exist', () => {
    const x = input('x', [2, 5]);
    assert.throws(() => split(x, { axis: 1, sizes: [2, 2] }), {
      message: 'split: sizes [2, 2] do not add up to axis 1 of [2, 5].',
    });
    assert.throws(() => split(x, { axis: 2, sizes: [2, 2] }), {
      message: 'split: axes must lie in [-2, 1], got [2].',
    });
  });
});

suite('variance', () => {
  test('over everything', async () => {
    const { y, of } = await compute({ x: [3, 4] }, ({ x }) => variance(x!));
    close(y, [], [spread(of('x'))]);
  });

  test('over some axes, kept or not', async () => {
    const rows = { axes: [-1], keepDims: true };
    const kept = await compute({ x: [3, 4] }, ({ x }) => variance(x!, rows));
    close(kept.y, [3, 1], rowsOf(kept.of('x'), 4).map(spread));
    const dropped = await compute({ x: [3, 4] }, ({ x }) => variance(x!, { axes: [1] }));
    assert.deepEqual(dropped.y, floats([3], kept.y.data));
  });
});

test('layerNorm brings every row to mean shift and deviation scale', async () => {
  const shapes = { x: [2, 3, 4], scale: [4], shift: [4] };
  const { y, of } = await compute(shapes, ({ x, scale, shift }) => layerNorm(x!, scale!, shift!, 1e-3));
  const [scale, shift] = [of('scale'), of('shift')];
  const expected = rowsOf(of('x'), 4).flatMap((row) =>
    row.map((v, i) => ((v - mean(row)) / Math.sqrt(spread(row) + 1e-3)) * scale[i]! + shift[i]!),
  );
  close(y, [2, 3, 4], expected);
});

test('instanceNorm does the same for every channel of every picture', async () => {
  const shapes = { x: [2, 3, 2, 2], scale: [3], shift: [3] };
  const { y, of } = await compute(shapes, ({ x, scale, shift }) => instanceNorm(x!, scale!, shift!));
  const expected = rowsOf(of('x'), 4).flatMap((plane, row) =>
    plane.map((v) => {
      const [scale, shift] = [of('scale')[row % 3]!, of('shift')[row % 3]!];
      return ((v - mean(plane)) / Math.sqrt(spread(plane) + 1e-5)) * scale + shift;
    }),
  );
  close(y, [2, 3, 2, 2], expected);
});

test('attention weighs values by softmax of scaled products', async () => {
  const [K, T, S, D, E] = [2, 3, 4, 5, 2]; // heads, queries, keys, features, value features
  const shapes = { q: [K, T, D], k: [K, S, D], v: [K, S, E] };
  const { y, of } = await compute(shapes, ({ q, k, v }) => attention(q!, k!, v!));
  const [q, k, v] = [rowsOf(of('q'), D), rowsOf(of('k'), D), rowsOf(of('v'), E)];
  const expected = q.flatMap((query, row) => {
    const keys = Array.from({ length: S }, (_, s) => Math.floor(row / T) * S + s);
    const weights = keys.map((s) => Math.exp(query.reduce((dot, a, i) => dot + a * k[s]![i]!, 0) / Math.sqrt(D)));
    const total = weights.reduce((a, b) => a + b);
    return Array.from({ length: E }, (_, e) => keys.reduce((out, s, i) => out + (weights[i]! / total) * v[s]![e]!, 0));
  });
  close(y, [K, T, E], expected);
});

test('flatten lays tensors end to end', async () => {
  const { y, of } = await compute({ a: [2, 2], b: [], c: [3] }, ({ a, b, c }) => flatten([a!, b!, c!]));
  assert.deepEqual(y, floats([8], [...of('a'), ...of('b'), ...of('c')]));
});

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { evaluateGraph } from '../../../test/evaluate.js';
import { floats, fold, gaussians, type HostArray, int64s, key, type Shape, sizeOf } from '../../core/index.js';
import { constant, grad, mul, sum, type Tensor } from '../../graph/index.js';
import { applyPart, type LayerSample } from '../define-layer.js';
import { initialise, paramEntries, paramInputs } from '../params.js';
import { layers } from './index.js';

/** Positive numbers, because some layers take logarithms. */
const draw = (shape: Shape, label: number): HostArray =>
  floats(
    shape,
    gaussians(fold(key(7), label), sizeOf(shape)).map((z) => Math.abs(z) + 0.1),
  );

const feedsOf = ({ inputs }: LayerSample): HostArray[] =>
  inputs.map((given, i) => ('dtype' in given ? (given as HostArray) : draw(given as Shape, i)));

/** Row `b` of an array as a batch of one. */
function row(array: HostArray, b: number): HostArray {
  const size = sizeOf(array.shape.slice(1));
  const shape = [1, ...array.shape.slice(1)];
  const data = array.data.slice(b * size, (b + 1) * size);
  return array.dtype === 'int64' ? int64s(shape, data as BigInt64Array) : floats(shape, data as Float32Array);
}

function build({ layer }: LayerSample, feeds: readonly HostArray[]) {
  const { params, tensors } = paramInputs(layer.params);
  const y = applyPart(layer, params, ...feeds.map((feed) => constant(feed)));
  return { y, tensors };
}

const run = async (y: Tensor, sample: LayerSample): Promise<HostArray> =>
  (await evaluateGraph({ y }, Object.fromEntries(initialise(sample.layer.params, key(1)))))['y']!;

for (const name of layers.names) {
  const { sample } = layers.entries[name];
  const feeds = feedsOf(sample);

  suite(name, () => {
    test('output shape', () => assert.deepEqual(build(sample, feeds).y.shape, sample.output));

    test('parameters have plain names, and first values of their shapes that depend on the key alone', () => {
      const values = initialise(sample.layer.params, key(1));
      for (const [path, { shape }] of paramEntries(sample.layer.params)) {
        assert.match(path, /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/);
        assert.deepEqual(values.get(path)!.shape, shape);
      }
      assert.deepEqual([...initialise(sample.layer.params, key(1))], [...values]);
    });

    test('the gradient reaches every parameter', async () => {
      const { y, tensors } = build(sample, feeds);
      const loss = sum(mul(y, constant(draw(y.shape, 99))));
      const grads = grad(loss, [...tensors.values()]);
      const outputs = Object.fromEntries([...tensors.keys()].map((path, i) => [`grad.${path}`, grads[i]!]));
      if (tensors.size === 0) return;
      const results = await evaluateGraph(outputs, Object.fromEntries(initialise(sample.layer.params, key(1))));
      for (const path of tensors.keys()) {
        // A constant added to every key changes no attention weight, so its gradient is zero in theory.
        if (path.endsWith('to_k.bias')) continue;
        assert.ok(
          (results[`grad.${path}`]!.data as Float32Array).some((g) => Math.abs(g) > 1e-6),
          `no gradient in ${path}`,
        );
      }
    });

    test('a batch of two equals two batches of one', async () => {
      const both = await run(build(sample, feeds).y, sample);
      for (const b of [0, 1]) {
        const one = feeds.map((feed) => row(feed, b));
        const alone = await run(build(sample, one).y, sample);
        const expected = row(both, b).data as Float32Array;
        for (const [i, v] of (alone.data as Float32Array).entries()) assert.ok(Math.abs(v - expected[i]!) < 1e-5);
      }
    });
  });
}

test('every file in this folder is registered', async () => {
  const files = (await readdir(new URL('.', import.meta.url)))
    .map((file) => file.replace(/\.[jt]s$/, ''))
    .filter((file) => !/^index$|\.(test|d)$/.test(file) && !file.endsWith('.map'));
  assert.deepEqual(files.sort(), [...layers.names].sort());
});

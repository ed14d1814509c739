import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { concatRows, floats, gaussians, type HostArray, key, rows } from '../core/index.js';
import { classifier, initialise } from '../nn/index.js';
import type { OnnxArray, OnnxModel } from '../runtime/index.js';
import { referenceRuntime } from '../runtime/index.js';
import { classifierFeatures, onnxFeatures, resized } from './features.js';

const network = classifier({ num_classes: 2, block_out_channels: [8], norm_num_groups: 4, num_features: 5 });
const model = { network, values: initialise(network.params, key(1)), classes: ['a', 'b'], scheme: null, hash: '' };
const see = (pictures: HostArray<'float32'>, batch: number) =>
  classifierFeatures({ model, runtime: referenceRuntime(), name: 'tiny', batch }).extract(pictures);

suite('classifier features', () => {
  const pictures = floats([3, 3, 6, 6], gaussians(key(2), 324));

  test('one vector a picture, whatever the batch', async () => {
    const [two, three] = [await see(pictures, 2), await see(pictures, 3)];
    assert.deepEqual(two.shape, [3, 5]);
    assert.deepEqual(two.data, three.data);
  });

  test('grey is seen as grey, what shines through is white', async () => {
    const grey = floats([1, 1, 6, 6], pictures.data.slice(0, 36));
    const tripled = concatRows([grey, grey, grey]);
    assert.deepEqual(await see(grey, 1), await see(floats([1, 3, 6, 6], tripled.data), 1));
    const clear = concatRows([rows(pictures, 0, 1), floats([1, 3, 6, 6])])
      .data.slice(0, 144)
      .fill(-1, 108);
    const white = floats([1, 3, 6, 6], new Float32Array(108).fill(1));
    assert.deepEqual(await see(floats([1, 4, 6, 6], clear), 1), await see(white, 1));
    await assert.rejects(see(floats([1, 2, 6, 6]), 1), { code: 'bad-picture' });
  });
});

/** A foreign network that gives back what it is shown. */
const mirror = (dtype: 'float32' | 'uint8', shape: readonly (number | null)[]): OnnxModel => ({
  inputs: [{ name: 'x', dtype, shape }],
  outputs: [{ name: 'y', dtype: 'float32', shape: [null, null] }],
  async run(feeds) {
    const { shape: own, data } = feeds['x'] as OnnxArray;
    const size = own.slice(1).reduce((a, b) => a * b, 1);
    return { y: { dtype: 'float32', shape: [own[0]!, size], data: Float32Array.from(data as Float32Array) } };
  },
  [Symbol.dispose]: () => {},
});

suite('foreign features', () => {
  const picture = floats([1, 3, 1, 1], [-1, 0, 1]);
  const shown = async (dtype: 'float32' | 'uint8', shape: readonly (number | null)[], more: object = {}) =>
    [...(await onnxFeatures({ model: mirror(dtype, shape), name: 'm', size: 1, ...more }).extract(picture)).data].map(
      (v) => Number(v.toFixed(4)),
    );

  test('pixels come in the range that is asked for', async () => {
    const dynamic = [null, 3, null, null];
    assert.deepEqual(await shown('float32', dynamic), [-1, 0, 1]);
    assert.deepEqual(await shown('float32', dynamic, { range: '0..1' }), [0, 0.5, 1]);
    assert.deepEqual(await shown('uint8', dynamic), [0, 128, 255]);
    assert.deepEqual(await shown('float32', dynamic, { range: 'imagenet' }), [-2.1179, 0.1964, 2.64]);
    assert.deepEqual(await shown('float32', [null, 1, 1, 3]), [-1, 0, 1]); // channels last
  });

  test('a network that takes no pictures is refused', () => {
    assert.throws(() => onnxFeatures({ model: mirror('float32', [null, 10]), name: 'm' }), {
      code: 'bad-onnx',
      message: 'm: its input "x" must take RGB pictures, float32 or uint8 [B, 3, H, W], got float32[?, 10].',
    });
  });
});

suite('resized', () => {
  test('constants stay, halving averages, doubling interpolates', () => {
    assert.deepEqual([...resized(floats([1, 1, 3, 3], Array(9).fill(0.5)), 7).data], Array(49).fill(0.5));
    const ramp = floats([1, 1, 1, 4], [0, 1, 2, 3]);
    const wide = floats([1, 1, 4, 4], [...ramp.data, ...ramp.data, ...ramp.data, ...ramp.data]);
    // Weights of the triangle of reach 2 around 0.5: 3/4, 3/4, 1/4 of pixels 0, 1, 2.
    const half = resized(wide, 2).data;
    assert.ok(Math.abs(half[0]! - (0.75 * 1 + 0.25 * 2) / 1.75) < 1e-6 && Math.abs(half[0]! + half[1]! - 3) < 1e-6);
    assert.deepEqual([...resized(floats([1, 1, 2, 2], [0, 1, 0, 1]), 4).data.slice(0, 4)], [0, 0.25, 0.75, 1]);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { floats } from './host-array.js';
import { key } from './random.js';
import { torchGenerator, torchSpace } from './torch-random.js';

const rounded = (values: Float32Array): number[] => [...values].map((value) => Number(value.toFixed(4)));

test('torch.manual_seed(0); torch.randn(16)', () => {
  const expected = [
    -1.1258, -1.1524, -0.2506, -0.4339, 0.8487, 0.692, -0.316, -2.1152, 0.3223, -1.2633, 0.35, 0.3081, 0.1198, 1.2377,
    1.1168, -0.2473,
  ];
  assert.deepEqual(rounded(torchGenerator(0).randn(16)), expected);
});

test('torch.manual_seed(0); torch.randn(3): short draws are made one by one', () => {
  assert.deepEqual(rounded(torchGenerator(0).randn(3)), [1.541, -0.2934, -2.1788]);
});

test('a length that is no multiple of 16 has its last 16 drawn afresh', () => {
  const [short, long] = [torchGenerator(1).randn(32), torchGenerator(1).randn(37)];
  assert.deepEqual(long.subarray(0, 21), short.subarray(0, 21));
  assert.notDeepEqual(long.subarray(21, 32), short.subarray(21));
});

test('drawing uses the generator up, and a short draw keeps its spare', () => {
  const generator = torchGenerator(0);
  const [a, b] = [generator.randn(1), generator.randn(2)];
  assert.deepEqual([...a, ...b], [...torchGenerator(0).randn(3)]);
});

test('the space draws in order, whatever the key', () => {
  const [space, generator] = [torchSpace(5), torchGenerator(5)];
  const like = floats([2, 16]);
  assert.deepEqual(space.gaussian(like, key(1)).data, generator.randn(32));
  assert.deepEqual(space.gaussian(like, key(1)).data, generator.randn(32));
  assert.deepEqual(space.lincomb([2, floats([1], [3])], [1, floats([1], [1])]).data, Float32Array.of(7));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { floats } from './host-array.js';
import { halves, lincombRows, rowDeviations, rowDots, rowNorms, rowSize, scaleRows, zipped } from './rowwise.js';
import { batchSpace } from './space.js';

const x = floats([2, 2], [3, 4, 1, -2]);

test('rows have lengths, sizes and factors of their own', () => {
  assert.deepEqual(rowNorms('test', x), [5, Math.sqrt(5)]);
  assert.equal(rowSize(x), 2);
  assert.deepEqual(rowDots('test', x, floats([2, 2], [1, -1, 2, 3])), [-1, -4]);
  assert.deepEqual(rowDeviations('test', x), [0.5, 1.5]);
  assert.deepEqual(scaleRows('test', x, [2, -1]).data, Float32Array.of(6, 8, -1, 2));
  assert.deepEqual(x.data, Float32Array.of(3, 4, 1, -2));
});

test('a number is a batch of one', () => {
  assert.deepEqual(rowNorms('test', -3), [3]);
  assert.equal(rowSize(-3), 1);
  assert.deepEqual(rowDots('test', -3, 2), [-6]);
  assert.deepEqual(rowDeviations('test', -3), [0]);
  assert.equal(scaleRows('test', -3, [2]), -6);
});

test('two values are combined element by element', () => {
  const sum = (a: number, b: number) => a + 10 * b;
  assert.deepEqual(zipped('test', x, x, sum).data, Float32Array.of(33, 44, 11, -22));
  assert.equal(zipped('test', 3, 4, sum), 43);
});

test('rows are combined with coefficients of their own, to the bits of the space where these are equal', () => {
  const y = floats([2, 2], [0.1, 0.7, -0.3, 0.9]);
  const got = lincombRows('test', [
    [[2, 0], x],
    [[1, -1], y],
  ]);
  assert.deepEqual(got.data, Float32Array.of(6 + y.data[0]!, 8 + y.data[1]!, -y.data[2]!, -y.data[3]!));
  const expected = batchSpace().lincomb([0.3, x], [-1.7, y]);
  assert.deepEqual(
    lincombRows('test', [
      [[0.3, 0.3], x],
      [-1.7, y],
    ] as const),
    expected,
  );
  assert.equal(
    lincombRows('test', [
      [[2], 3],
      [-1, 4],
    ] as const),
    2,
  );
});

test('channels are cut in two, row by row', () => {
  const [first, second] = halves(floats([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]));
  assert.deepEqual(
    [first.shape, first.data, second.data],
    [[2, 1, 2], Float32Array.of(1, 2, 5, 6), Float32Array.of(3, 4, 7, 8)],
  );
  assert.throws(() => halves(floats([1, 3])), {
    message: 'halves: an even number of channels is needed, got shape [1, 3].',
  });
});

test('values without numbers are refused', () => {
  assert.throws(() => rowNorms('mala', {}), {
    code: 'bad-value',
    message: 'mala needs numbers to measure and multiply. Sample on host arrays.',
  });
});

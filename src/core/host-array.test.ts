import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { bools, concatRows, floats, int64s, rows, sizeOf } from './host-array.js';
import { fold, gaussians, key } from './random.js';
import { batchSpace } from './space.js';
import { isFiniteValue, isFloats } from './values.js';

suite('host arrays', () => {
  test('hold what their shape says', () => {
    assert.equal(sizeOf([2, 3]), 6);
    assert.equal(sizeOf([]), 1);
    assert.deepEqual(floats([2]).data, Float32Array.of(0, 0));
    assert.deepEqual(int64s([2], [1, 2n]).data, BigInt64Array.of(1n, 2n));
    assert.deepEqual(bools([3], [true, 0, 5]).data, Uint8Array.of(1, 0, 1));
    const message = 'A host array of shape [2, 2] needs 4 values, got 3.';
    assert.throws(() => floats([2, 2], [1, 2, 3]), { code: 'shape-mismatch', message });
  });

  test('rows share memory, concatRows joins them again', () => {
    const array = floats([3, 2], [1, 2, 3, 4, 5, 6]);
    const tail = rows(array, 1, 3);
    assert.deepEqual(tail.shape, [2, 2]);
    assert.equal(tail.data.buffer, array.data.buffer);
    assert.deepEqual(concatRows([rows(array, 0, 1), tail]), array);
  });

  test('finite or not', () => {
    assert.ok(isFiniteValue(floats([3], [1, -3.4e38, -3.4e38])));
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) assert.ok(!isFiniteValue(floats([2], [0, bad])));
    assert.ok(!isFiniteValue(Number.NaN));
    assert.ok(isFiniteValue({ symbolic: true }));
    assert.ok(isFloats(floats([1])) && !isFloats(1) && !isFloats(null) && !isFloats(int64s([1], [1])));
  });
});

suite('batches as a space', () => {
  const space = batchSpace();

  test('lincomb adds up in one pass', () => {
    const [x, y] = [floats([2], [1, 2]), floats([2], [10, 20])];
    assert.deepEqual(space.lincomb([2, x], [0.5, y]).data, Float32Array.of(7, 14));
    assert.throws(() => space.lincomb([1, x], [1, floats([2, 1])]), {
      code: 'shape-mismatch',
      message: 'lincomb needs equal shapes, got [2] and [2, 1].',
    });
  });

  test('a row draws the same noise in any batch', () => {
    const whole = space.gaussian(floats([4, 5]), key(1));
    const part = batchSpace({ first: 2 }).gaussian(floats([2, 5]), key(1));
    assert.deepEqual(part.data, rows(whole, 2, 4).data);
    assert.deepEqual(rows(whole, 3, 4).data, gaussians(fold(key(1), 'sample', 3), 5));
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { clampKernel } from './clamp-kernel.js';
import { gaussians, key } from './random.js';

/** Gaussians, and between them what is special: no numbers, zeros, the smallest and largest, the ends and their neighbours. */
function numbers(count: number, range: number): Float32Array {
  const [end] = new Int32Array(Float32Array.of(range).buffer) as unknown as [number];
  const ends = [...new Float32Array(Int32Array.of(end - 1, end, end + 1).buffer)];
  const special = [Number.NaN, Infinity, 0, 1e-45, 1, 3.4e38, ...ends].flatMap((value) => [value, -value]);
  return gaussians(key(count), count).map((value, i) => (i % 2 ? value : special[(i / 2) % special.length]!));
}

const byLoop = (data: Float32Array, range: number): Float32Array =>
  data.map((value) => (value > range ? range : value < -range ? -range : value));

/** The first place where they are not the same number, −0 and NaN included; -1 where there is none. */
const difference = (got: Float32Array, expected: Float32Array): number =>
  got.length === expected.length ? got.findIndex((value, i) => !Object.is(value, expected[i])) : 0;

suite('clamping by vector instructions', () => {
  test('is that of the loop to the bit, for any number of numbers', () => {
    for (const count of [0, 1, 2, 3, 4, 5, 63, 64, 65, 16_383, 16_384, 16_385, 50_001]) {
      const data = numbers(count, 0.5);
      const before = data.slice();
      const got = clampKernel(data, 0.5);
      assert.ok(got !== null, 'this engine has the instructions');
      const [expected, at] = [byLoop(data, 0.5), difference(got, byLoop(data, 0.5))];
      assert.equal(at, -1, `number ${at} of ${count}: ${got[at]} against ${expected[at]}`);
      assert.equal(difference(data, before), -1, `${count} numbers were changed in place`);
    }
  });

  test('and for any range: also one that is no float32, or none', () => {
    const below = 1 - 2 ** -26; // float32 has 1 in place of both
    const above = 1 + 2 ** -26;
    for (const range of [0.1, 1 / 3, below, 1, above, 995.7, 1e-50, 0, 1e39, 1e-45, Infinity, Number.NaN]) {
      const data = numbers(201, range);
      const [got, expected] = [clampKernel(data, range)!, byLoop(data, range)];
      const at = difference(got, expected);
      assert.equal(at, -1, `range ${range}: ${data[at]} became ${got[at]} and not ${expected[at]}`);
    }
  });

  test('a part of an array is taken alone', () => {
    const data = numbers(100, 0.5);
    const got = clampKernel(data.subarray(7, 90), 0.5)!;
    assert.equal(difference(got, byLoop(data.slice(7, 90), 0.5)), -1);
  });
});

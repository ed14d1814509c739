import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gaussianKernel } from './gaussian-kernel.js';
import { fillGaussians, fold, gaussiansByLoop, key } from './random.js';

suite('Gaussians by vector instructions', () => {
  test('are those of the loop to the bit, in any number', () => {
    const fill = gaussianKernel();
    assert.ok(fill !== null, 'this engine has the instructions');
    for (const [i, count] of [1, 2, 3, 4, 5, 15, 16, 17, 768, 16_384, 16_385, 200_000].entries()) {
      const from = fold(key(2 ** 40 + i), 'kernel');
      const [out, whole] = [new Float32Array(count), new Float32Array(count)];
      fill(out, from.lo, from.hi);
      fillGaussians(whole, from);
      const expected = gaussiansByLoop(from, count);
      const differs = out.findIndex((value, at) => !Object.is(value, expected[at]) || !Object.is(whole[at], value));
      assert.equal(differs, -1, `number ${differs} of ${count}: ${out[differs]} against ${expected[differs]}`);
    }
  });

  test('a draw next to another in memory leaves it alone', () => {
    const all = new Float32Array(60).fill(7);
    fillGaussians(all.subarray(20, 41), key(3));
    assert.ok(
      all.subarray(0, 20).every((value) => value === 7) && all.subarray(41).every((value) => value === 7),
      'touched',
    );
    assert.deepEqual(all.slice(20, 41), gaussiansByLoop(key(3), 21));
  });
});

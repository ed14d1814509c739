import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats } from './host-array.js';
import { bits, fold, gaussians, key, philox, uniforms } from './random.js';
import { batchSpace, type Term } from './space.js';

suite('lincomb', () => {
  const { lincomb } = batchSpace();
  const values = [Number.NaN, Infinity, -0, 0, 1e-40, 3.4e38, ...gaussians(key(1), 60)];

  test('any number of terms is their float64 sum from 0, in order, to the bit', () => {
    for (let count = 1; count <= 7; count++) {
      const terms = Array.from({ length: count }, (_, k): Term<ReturnType<typeof floats>> => {
        const turned = values.map((_, i) => values[(i + k * 7) % values.length]!);
        return [Math.sin(k + 1) * (k % 2 ? -1e3 : 1), floats([6, 11], turned)];
      });
      const expected = Float32Array.from(values, (_, i) => terms.reduce((sum, [c, { data }]) => sum + c * data[i]!, 0));
      assert.deepEqual(lincomb(...terms), floats([6, 11], expected));
    }
    const long = Array.from({ length: 6 }, (_, k) => [k - 2.5, floats([5000], gaussians(key(k), 5000))] as const);
    const sums = Float32Array.from({ length: 5000 }, (_, i) =>
      long.reduce((sum, [c, { data }]) => sum + c * data[i]!, 0),
    );
    assert.deepEqual(lincomb(...long).data, sums);
    assert.ok(Object.is(lincomb([-1, floats([1])]).data[0], 0), '0 + (−1)·0 is 0 and not −0');
  });
});

suite('streams', () => {
  test('words are the images of 0, 1, 2, … under the key', () => {
    const from = fold(key(2 ** 40 + 5), 'words');
    const blocks = Array.from({ length: 5 }, (_, i) => philox([i, 0, 0, 0], [from.lo, from.hi]));
    assert.deepEqual([...bits(from, 18)], blocks.flat().slice(0, 18));
    assert.deepEqual(
      [...uniforms(from, 3)],
      blocks[0]!.slice(0, 3).map((word) => word / 2 ** 32),
    );
    assert.deepEqual(bits(from, 0), new Uint32Array(0));
  });

  test('each row of a batch draws from its own', () => {
    const like = floats([3, 2, 2]);
    const whole = batchSpace().gaussian(like, key(3));
    const part = batchSpace({ first: 1 }).gaussian(floats([2, 2, 2]), key(3));
    assert.deepEqual(part.data, whole.data.slice(4));
  });

  test('one that is not needed any more is written over, if it is as large', () => {
    const space = batchSpace();
    const [like, from] = [floats([3, 7]), key(3)];
    const spare = space.gaussian(like, key(4));
    const expected = space.gaussian(like, from);
    const got = space.gaussian(like, from, spare);
    assert.deepEqual(got, expected);
    assert.equal(got.data, spare.data);
    assert.deepEqual(space.gaussian(like, from, floats([20])), expected);
  });
});

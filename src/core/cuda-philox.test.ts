import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { cudaGenerator, cudaSpace } from './cuda-philox.js';
import { floats } from './host-array.js';
import { key, philox } from './random.js';
import { randomModes } from './random-modes.js';

const randn = (seed: number, count: number): Float32Array => cudaGenerator({ seed }).randn(count);
const close = (got: ArrayLike<number>, expected: readonly number[], tolerance: number): void => {
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(got[i]! - value) <= tolerance, `value ${i}: ${got[i]} against ${value}`);
  }
};

suite('cuda-philox against numbers of others', () => {
  test("stable-diffusion-webui's own record of seed 0, modules/rng_philox.py", () => {
    const expected = [
      -0.92466259, -0.42534415, -2.6438457, 0.14518388, -0.12086647, -0.57972564, -0.62285122, -0.32838709, -1.07454231,
      -0.36314407, -1.67105067, 2.26550497,
    ];
    close(randn(0, 12), expected, 1e-6);
  });

  test('torch 2.2 on a GPU: seed 0, printed to four places', () => {
    const expected = [
      -0.9247, -0.4253, -2.6438, 0.1452, -0.1209, -0.5797, -0.6229, -0.3284, -1.0745, -0.3631, -1.6711, 2.2655, 0.3117,
      -0.1842, 1.2866, 1.182, -0.1271, 1.2169, 1.4353, 1.0605, -0.4941, -1.4244, -0.7244, -1.2973, 0.0697, -0.0074,
      1.8969, 0.6878, -0.0779, -0.8373, 1.3506, -0.2879,
    ];
    close(randn(0, 144), expected, 5.1e-5);
  });

  test('torch on a GPU: seed 42, six draws of four one after the other', () => {
    const generator = cudaGenerator({ seed: 42 });
    const expected = [
      [0.194, 2.1614, -0.1721, 0.8491],
      [0.1391, -0.1082, -0.7174, 0.7566],
      [-0.5187, 1.2268, 0.6255, -0.9117],
      [-0.6974, -1.8688, -0.8832, -1.6627],
      [-1.2682, -0.0383, -0.1029, 1.44],
      [1.464, -0.3238, 0.774, 1.5892],
    ];
    for (const draw of expected) close(generator.randn(4), draw, 5.1e-5);
  });
});

suite('the layout of the grid', () => {
  const normal = (first: number, second: number) => {
    const r = Math.sqrt(-2 * Math.log((first + 0.5) * 2 ** -32));
    const angle = 2 * Math.PI * (second + 0.5) * 2 ** -32;
    return [r * Math.sin(angle), r * Math.cos(angle)] as const;
  };

  test('more values than threads: four of a block go to i, i + T, i + 2T and i + 3T, then the next block', () => {
    const [threads, thread, count] = [256, 17, 1800]; // 17 + 6·256 is the last of the thread
    const out = cudaGenerator({ seed: 7, threads }).randn(count);
    const want = [0, 1].flatMap((round) => {
      const [a, b, c, d] = philox([round, 0, thread, 0], [7, 0]);
      return [...normal(a, b), ...normal(c, d)];
    });
    const got = want.slice(0, 7).map((_, i) => out[thread + i * threads]!);
    close(got, want.slice(0, 7), 1e-6);
  });

  test('a draw moves the counter on by the blocks it used, and no further', () => {
    const small = cudaGenerator({ seed: 7, threads: 256 });
    small.randn(1);
    const [a, b] = philox([1, 0, 0, 0], [7, 0]);
    close(small.randn(1), [normal(a, b)[0]], 1e-6);
    const large = cudaGenerator({ seed: 7, threads: 256 });
    large.randn(1025); // five values for thread 0: two blocks
    const [c, d] = philox([2, 0, 0, 0], [7, 0]);
    close(large.randn(1), [normal(c, d)[0]], 1e-6);
  });

  test('the number of threads matters beyond it only', () => {
    const draw = (count: number, threads: number) => cudaGenerator({ seed: 3, threads }).randn(count);
    assert.deepEqual(draw(512, 512), draw(512, 2 ** 20));
    assert.notDeepEqual(draw(513, 512), draw(513, 2 ** 20));
    assert.throws(() => cudaGenerator({ seed: 0, threads: 100 }), {
      message: 'cudaGenerator: threads must be a multiple of 256, the size of a block, got 100.',
    });
  });

  test('seeds of 64 bits, mean 0 and variance 1', () => {
    assert.notDeepEqual(randn(1, 4), randn(1 + 2 ** 32, 4));
    const values = randn(11, 100_000);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
    assert.ok(Math.abs(mean) < 4 / Math.sqrt(values.length) && Math.abs(square - 1) < (4 * Math.SQRT2) / 316);
  });
});

test('the space draws in order, whatever the key', () => {
  const [space, generator] = [cudaSpace({ seed: 5 }), cudaGenerator({ seed: 5 })];
  const like = floats([2, 16]);
  assert.deepEqual(space.gaussian(like, key(1)).data, generator.randn(32));
  assert.deepEqual(space.gaussian(like, key(1)).data, generator.randn(32));
});

test('every mode makes noise of the shape asked for', () => {
  const like = floats([2, 3]);
  const drawn = Object.values(randomModes.entries).map((mode) => mode({ seed: 1, first: 4 }).gaussian(like, key(1)));
  assert.equal(new Set(drawn.map(({ data }) => data.join())).size, drawn.length);
  assert.deepEqual(
    drawn.map(({ shape }) => shape),
    [like.shape, like.shape, like.shape],
  );
});

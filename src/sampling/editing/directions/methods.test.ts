import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats } from '../../../core/host-array.js';
import { fold, gaussians, key } from '../../../core/random.js';
import { singularVectors } from '../h-space/singular-vectors.js';
import { symmetricEigen } from '../h-space/symmetric-eigen.js';
import { cosine, dot, norm } from '../h-space/vectors.js';
import { jacobian, logistic, meanDifference, pca, trained } from './index.js';

const noise = (name: string, n: number): Float32Array => gaussians(fold(key(5), name), n);

suite('directions, by their formulas', () => {
  test('mean-difference: pairs leave nothing but the difference', async () => {
    const base = noise('base', 50 * 4);
    const step = [1, 0, -2, 0.5];
    const moved = base.map((value, i) => value + step[i % 4]!);
    const [found] = await meanDifference().find({
      with: floats([50, 4], moved),
      without: floats([50, 4], base),
      key: key(0),
    });
    for (const [i, value] of step.entries()) assert.ok(Math.abs(found!.values[i]! - value) < 1e-6, `entry ${i}`);
    assert.ok(Math.abs(found!.value - Math.hypot(...step)) < 1e-6, `length ${found!.value}`);
  });

  test('logistic: the gradient of its loss is zero where it stops, the plane is what the formula says', async () => {
    // Two features, the second wide and idle: μ differs in both by chance, n only in the first.
    const n = 300;
    const side = (sign: number, name: string): Float32Array =>
      Float32Array.from({ length: 2 * n }, (_, i) => {
        const z = noise(name, 2 * n)[i]!;
        return i % 2 === 0 ? sign + z : 5 * z + 0.5 * sign;
      });
    const [yes, no] = [floats([n, 2], side(1, 'yes')), floats([n, 2], side(-1, 'no'))];
    const [found] = await logistic({ ridge: 0.001 }).find({ with: yes, without: no, key: key(0) });
    // LDA's normal for covariance diag(1, 25) and means ±(1, 0.5): (1, 0.02), which the mean difference (1, 0.5) is not.
    assert.ok(cosine(found!.values, [1, 0.02]) > 0.998, `${found!.values}`);
    const [means] = await meanDifference().find({ with: yes, without: no, key: key(0) });
    assert.ok(cosine(means!.values, [1, 0.02]) < 0.95, `${means!.values}`);
    // Strength 1 crosses from one mean to the other, seen along the normal.
    const unit = found!.values.map((value) => value / norm(found!.values));
    assert.ok(Math.abs(dot(unit, found!.values) - dot(unit, means!.values)) < 1e-9, 'length is the gap of the means');
    // Φ(1) of normal data lie on their side.
    assert.ok(Math.abs(found!.value - 0.8413) < 0.04, `accuracy ${found!.value}`);
  });

  test('logistic: separable groups stay finite because of the ridge', async () => {
    const [found] = await logistic().find({
      with: floats([1, 2], [1, 0]),
      without: floats([1, 2], [-1, 0]),
      key: key(0),
    });
    assert.ok(Math.abs(found!.values[0]! - 2) < 1e-9 && Math.abs(found!.values[1]!) < 1e-9, `${found!.values}`);
    assert.equal(found!.value, 1);
  });

  test('logistic: more features than pictures', async () => {
    const [n, d] = [10, 300];
    const yes = noise('wide+', n * d).map((value, i) => value + (i % d === 7 ? 30 : 0));
    const [found] = await logistic().find({
      with: floats([n, d], yes),
      without: floats([n, d], noise('wide-', n * d)),
      key: key(0),
    });
    let largest = 0;
    for (const [i, value] of found!.values.entries())
      if (Math.abs(value) > Math.abs(found!.values[largest]!)) largest = i;
    assert.equal(largest, 7);
  });

  test('pca: the subspace and the deviations of a covariance that is known', async () => {
    const [n, deviations] = [4000, [4, 3, 1, 0.5, 0.25]];
    const data = noise('pca', n * 5).map((value, i) => value * deviations[i % 5]! + 10);
    const found = await pca({ count: 3 }).find({ features: floats([n, 5], data), key: key(1) });
    for (const [i, { values, value }] of found.entries()) {
      const deviation = deviations[i]!;
      assert.ok(Math.abs(value / deviation - 1) < 0.05, `deviation ${i}: ${value}`); // ±1/√(2n) ≈ 1 %
      assert.ok(Math.abs(norm(values) - value) < 1e-9, 'strength 1 is one deviation');
      const axis = Float64Array.from({ length: 5 }, (_, j) => (i === j ? 1 : 0));
      assert.ok(cosine(values, axis) > 0.99, `direction ${i} has a positive largest entry: ${values}`);
    }
    assert.ok(Math.abs(cosine(found[0]!.values, found[1]!.values)) < 1e-9, 'orthogonal');
  });

  test('pca: no more directions than pictures', async () => {
    const found = await pca({ count: 8 }).find({ features: floats([2, 3], [1, 0, 0, -1, 0, 0]), key: key(0) });
    assert.equal(found.length, 2);
    assert.ok(Math.abs(found[0]!.value - 1) < 1e-9 && found[1]!.value < 1e-9, `${found.map(({ value }) => value)}`);
  });

  test('jacobian: singular vectors against the dense decomposition', async () => {
    const [outputs, inputs] = [9, 6];
    const a = noise('J', outputs * inputs);
    const apply = async (v: Float64Array) =>
      Float64Array.from({ length: outputs }, (_, i) => dot(a.subarray(i * inputs, (i + 1) * inputs), v));
    const transpose = async (u: Float64Array) =>
      Float64Array.from({ length: inputs }, (_, j) => u.reduce((sum, value, i) => sum + value * a[i * inputs + j]!, 0));
    const gram = Array.from({ length: inputs }, (_, i) =>
      Array.from({ length: inputs }, (_, j) => {
        let sum = 0;
        for (let row = 0; row < outputs; row++) sum += a[row * inputs + i]! * a[row * inputs + j]!;
        return sum;
      }),
    );
    const dense = symmetricEigen(gram);
    const options = { count: 3, iterations: 300, tolerance: 1e-12 };
    const found = await jacobian(options).find({ jacobian: { size: inputs, apply, transpose }, key: key(2) });
    for (const [i, { values, value }] of found.entries()) {
      assert.ok(Math.abs(value - Math.sqrt(dense.values[i]!)) < 1e-6, `value ${i}: ${value}`);
      assert.ok(Math.abs(cosine(values, dense.vectors[i]!)) > 1 - 1e-6, `vector ${i}`);
    }
  });

  test('singular vectors: a matrix of rank 1, also where more are asked for', async () => {
    const [u, v] = [Float64Array.of(3, 4), Float64Array.of(0, 1, 0)];
    const found = await singularVectors({
      ...{ size: 3, count: 2, iterations: 50, tolerance: 1e-12, key: key(0) },
      apply: async (x) => u.map((value) => value * dot(v, x)),
      transpose: async (y) => v.map((value) => value * dot(u, y)),
    });
    assert.ok(Math.abs(found[0]!.value - 5) < 1e-12 && found[1]!.value < 1e-6, `${found.map(({ value }) => value)}`);
    assert.ok(Math.abs(found[0]!.vector[1]! - 1) < 1e-12, `${found[0]!.vector}`);
  });

  test('symmetric eigenvalues: the second difference, 2 − 2·cos(kπ/(n + 1))', () => {
    const n = 8;
    const matrix = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
    );
    const { values, vectors } = symmetricEigen(matrix);
    for (const [i, value] of values.entries()) {
      const exact = 2 - 2 * Math.cos(((n - i) * Math.PI) / (n + 1));
      assert.ok(Math.abs(value - exact) < 1e-13, `${value} is ${exact}`);
      const image = matrix.map((row) => dot(row, vectors[i]!));
      for (const [j, entry] of image.entries())
        assert.ok(Math.abs(entry - value * vectors[i]![j]!) < 1e-12, `A·v ${i}`);
    }
  });

  test('trained: the value is 1 where all pictures get the same, less where they differ', async () => {
    const features = floats([2, 2], [1, 0, 0, 1]);
    const [itself] = await trained().find({ features, learned: async (h) => h, key: key(0) });
    assert.deepEqual([...itself!.values], [0.5, 0.5]);
    assert.ok(Math.abs(itself!.value - Math.SQRT1_2) < 1e-9, `${itself!.value}`);
    await assert.rejects(trained().find({ features, learned: async () => floats([1, 2]), key: key(0) }), {
      code: 'shape-mismatch',
      message: 'trained: learned must return [2, 2] as it was given, got [1, 2].',
    });
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { evaluateGraph } from '../../../test/evaluate.js';
import { floats } from '../../core/host-array.js';
import { add, grad, input, mean, mul } from '../../graph/index.js';
import { grid } from '../grid.js';
import { v } from '../processes/predictions.js';
import { cosine } from '../schedules/index.js';
import { edmWeighting, uncertaintyWeighting } from './weightings/index.js';

const training = grid({ schedule: cosine() });

suite('uncertainty', () => {
  const indices = [5, 300, 600, 990];
  const errors = [0.02, 0.3, 0.9, 4];
  const head = uncertaintyWeighting({ waves: 64 }).head!;
  const B = indices.length;
  const features = floats(
    [B, 64],
    Float32Array.from(indices.flatMap((index) => [...Array.from(head.features(training.level(index)))])),
  );
  const weight = input('uncertainty.weight', [64, 1]);
  const { factor, term } = head.apply({
    errors: input('errors', [B]),
    features: input('features', [B, 64]),
    parameter: () => weight,
  });
  const losses = add(mul(input('errors', [B]), factor), term);
  const [gradient] = grad(mean(losses), [weight]);
  const outputs = { losses, term, gradient: gradient! };
  const fed = { errors: floats([B], errors), features };

  test('begins as the weighting of EDM: u = 0', async () => {
    const result = await evaluateGraph(outputs, { ...fed, ...Object.fromEntries(head.initial()) });
    assert.deepEqual(result['losses']!.data, floats([B], errors).data);
    const level = training.level(400);
    assert.equal(
      uncertaintyWeighting().weight({ level, prediction: v }),
      edmWeighting().weight({ level, prediction: v }),
    );
  });

  test('learns the logarithm of the error of every level, so that all count the same', async () => {
    let value = floats([64, 1]);
    let found: number[] = [];
    for (let step = 0; step < 1500; step++) {
      const result = await evaluateGraph(outputs, { ...fed, 'uncertainty.weight': value });
      found = Array.from(result['term']!.data, Number);
      value = floats(
        [64, 1],
        value.data.map((w, i) => w - 0.5 * Number(result['gradient']!.data[i])),
      );
    }
    for (const [row, u] of found.entries()) {
      assert.ok(Math.abs(u - Math.log(errors[row]!)) < 0.02, `${u} against ${Math.log(errors[row]!)}`);
    }
  });

  test('features are finite at clean and at pure noise, and of unit length on average', () => {
    for (const level of [
      { alpha: 1, sigma: 0 },
      { alpha: 0, sigma: 1 },
    ]) {
      assert.ok(Array.from(head.features(level)).every(Number.isFinite));
    }
    const squares = Array.from({ length: 1000 }, (_, index) =>
      Array.from(head.features(training.level(index))).reduce((sum, f) => sum + f ** 2, 0),
    );
    const average = squares.reduce((a, b) => a + b) / squares.length;
    assert.ok(Math.abs(average - 1) < 0.2, `${average}`);
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tinyModel } from '../../test/model-fixtures.js';
import { floats, type HostArray } from '../core/host-array.js';
import { fold, key } from '../core/random.js';
import { batchSpace } from '../core/space.js';
import { createRuntime } from '../runtime/node.js';
import { assemble } from '../sampling/index.js';
import { denoiserPullback } from './jacobian.js';
import { batchNetwork } from './network.js';
import { questions } from './questions.js';

type Batch = HostArray<'float32'>;

const runtime = createRuntime({ threads: 1 });
const space = batchSpace();
const drawn = (shape: readonly number[], label: string): Batch => space.gaussian(floats(shape), fold(key(4), label));
const dot = (a: Batch, b: Batch): number => a.data.reduce((sum, value, i) => sum + value * b.data[i]!, 0);

suite('denoiserPullback', () => {
  for (const [what, classes, scheme] of [
    ['v on levels of the grid', 3, {}],
    ['ε in the scale α = 1, where c_in is not 1', 0, { prediction: 'epsilon' }],
  ] as const) {
    test(`is the derivative of the denoiser: ${what}`, async () => {
      const model = tinyModel({ classes });
      const { precondition, grid } = assemble({ ...model.scheme, ...scheme });
      const usual = grid.level(300);
      const level = classes > 0 ? usual : { alpha: 1, sigma: usual.sigma / usual.alpha };
      using network = batchNetwork({ model, runtime, batch: 2 });
      using pullbacks = denoiserPullback({ model, runtime, batch: 2, precondition, space });
      const labels = classes > 0 ? [2, 0] : null;
      const denoise = questions({ config: model.config, network, precondition, space })(labels);
      const shape = [2, 3, 8, 8];
      const [x, v, direction] = [drawn(shape, 'x'), drawn(shape, 'v'), drawn(shape, 'direction')];
      const pulled = await pullbacks(labels)(x, level, v);
      // ⟨v, (D(x + h·u) − D(x − h·u))/2h⟩ = ⟨Jᵀ·v, u⟩
      const h = 1e-2;
      const [ahead, behind] = [
        await denoise(space.lincomb([1, x], [h, direction]), level),
        await denoise(space.lincomb([1, x], [-h, direction]), level),
      ];
      const slope = dot(v, space.lincomb([1 / (2 * h), ahead], [-1 / (2 * h), behind]));
      const expected = dot(pulled, direction);
      assert.ok(Math.abs(slope - expected) < 2e-3 * Math.hypot(slope, 1), `${slope} and ${expected}`);
      assert.ok(Math.abs(expected) > 0.1, `${expected} is too small to show an error`);
    });
  }

  test('rows do not mix, and fewer rows than the batch are the same rows', async () => {
    const model = tinyModel();
    const { precondition, grid } = assemble(model.scheme);
    using pullbacks = denoiserPullback({ model, runtime, batch: 2, precondition, space });
    const [x, v] = [drawn([2, 3, 8, 8], 'x'), drawn([2, 3, 8, 8], 'v')];
    const both = await pullbacks(null)(x, grid.level(500), v);
    const first = (all: Batch): Batch => floats([1, 3, 8, 8], all.data.slice(0, 192));
    const one = await pullbacks(null)(first(x), grid.level(500), first(v));
    for (const [i, value] of one.data.entries()) {
      assert.ok(Math.abs(value - both.data[i]!) < 1e-5, `${i}: ${value} and ${both.data[i]}`);
    }
  });
});

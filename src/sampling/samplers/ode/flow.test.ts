import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { numbers } from '../../../../test/numbers.js';
import { key } from '../../../core/random.js';
import { flow, grid, preconditions, straight } from '../../../diffusion/index.js';
import { denoiser } from '../../denoiser.js';
import { flowSteps } from '../../steps/index.js';
import { sample } from '../../trajectory.js';
import { euler, heun } from '../index.js';

/** Any velocity field will do. */
const u = (x: number, t: number): number => Math.sin(2 * x + 3 * t) - 0.4 * x;

const training = grid({ schedule: straight() });
const denoise = denoiser({
  network: async (x: number, told) => u(x, told / 1000),
  precondition: preconditions.entries.straight({ grid: training, prediction: flow }),
  space: numbers,
});
const [start, count] = [0.8, 12];
const steps = flowSteps({ shift: 3 }).levels({ count, grid: training });
const times = (steps as readonly { readonly sigma: number }[]).map(({ sigma }) => sigma);
const walk = (sampler: ReturnType<typeof euler>) =>
  sample({ denoise, sampler, steps, start, space: numbers, key: key(0) });

/** The two rules as flow matching has them: dx/dt = u(x, t) from t = 1 to t = 0. */
suite('on straight paths', () => {
  test('euler is x + (t′ − t)·u', async () => {
    let x = start;
    for (let i = 0; i < count; i++) x += (times[i + 1]! - times[i]!) * u(x, times[i]!);
    assert.ok(Math.abs((await walk(euler())) - x) < 1e-12);
  });

  test('heun is the trapezoidal rule on u, with a last step of Euler', async () => {
    let x = start;
    for (let i = 0; i < count; i++) {
      const h = times[i + 1]! - times[i]!;
      const first = u(x, times[i]!);
      const second = i === count - 1 ? first : u(x + h * first, times[i + 1]!);
      x += (h * (first + second)) / 2;
    }
    assert.ok(Math.abs((await walk(heun())) - x) < 1e-12);
  });
});

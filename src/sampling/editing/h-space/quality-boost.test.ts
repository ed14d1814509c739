import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gaussianData, numbers } from '../../../../test/numbers.js';
import { key } from '../../../core/random.js';
import { logSnr } from '../../../diffusion/level.js';
import { ddim } from '../../samplers/ode/ddim.js';
import { dpmpp2m } from '../../samplers/ode/dpmpp-2m.js';
import { karrasSteps } from '../../steps/karras.js';
import { sample } from '../../trajectory.js';
import { editingInterval } from './editing-interval.js';
import { qualityBoost } from './quality-boost.js';

const data = gaussianData(0.5);
const steps = karrasSteps({ count: 12, sigmaMin: 0.05, sigmaMax: 8 });
const walk = (sampler: Parameters<typeof sample>[0]['sampler'], start = 3) =>
  sample({ denoise: data.denoise, sampler, steps, start, space: numbers, key: key(4) });

suite('quality boost', () => {
  test('nowhere: the very walk of the sampler', async () => {
    assert.equal(await walk(qualityBoost({ sampler: dpmpp2m(), boosts: () => false })), await walk(dpmpp2m()));
  });

  test('everywhere: the stochastic walk', async () => {
    assert.equal(await walk(qualityBoost({ sampler: dpmpp2m(), boosts: () => true })), await walk(ddim({ eta: 1 })));
  });

  test('at the end alone: the first part is the sampler, and the noise is renewed after it', async () => {
    const boosted = qualityBoost({ sampler: ddim(), boosts: (from) => logSnr(from) > 0 });
    const [plain, renewed] = [await walk(ddim()), await walk(boosted)];
    assert.notEqual(renewed, plain);
    // Many starts: fresh noise keeps the spread of the data, up to the steps. Standard error of a deviation of 400: 3.5 %.
    const fine = karrasSteps({ count: 100, sigmaMin: 0.05, sigmaMax: 8 });
    const ends: number[] = [];
    for (let i = 0; i < 400; i++) {
      const at = { denoise: data.denoise, sampler: boosted, steps: fine, space: numbers, key: key(i) };
      ends.push(await sample({ ...at, start: Math.hypot(8, 0.5) * numbers.gaussian(0, key(1000 + i)) }));
    }
    const deviation = Math.sqrt(ends.reduce((sum, x) => sum + x * x, 0) / ends.length);
    assert.ok(Math.abs(deviation / 0.5 - 1) < 0.12, `deviation ${deviation}`);
  });
});

suite('editing interval', () => {
  const point = (t: number, clean: number, noisy: number) => ({ t, clean, noisy });

  test('the first crossing on the way from noise, interpolated; the order of points does not matter', () => {
    const curve = [point(0, 0, 0), point(0.25, 0.4, 0.8), point(1, 1, 1.5), point(0.5, 0.2, 1)];
    const { edit, boost } = editingInterval({ curve, edit: 0.6, boost: 0.4 });
    assert.ok(Math.abs(edit - 0.75) < 1e-12, `edit ${edit}`);
    assert.ok(Math.abs(boost - 0.125) < 1e-12, `boost ${boost}`);
  });

  test('never crossed: everything is edited; crossed from the start: next to nothing', () => {
    const curve = [point(1, 1, 1), point(0.5, 0.8, 0.9)];
    assert.deepEqual(editingInterval({ curve, edit: 0.1, boost: 2 }), { edit: 0, boost: 1 });
  });

  test('nonsense is refused', () => {
    assert.throws(() => editingInterval({ curve: [point(1, Number.NaN, 1)] }), {
      code: 'bad-option',
      message:
        'editingInterval: curve needs at least two points of finite numbers, got [{"t":1,"clean":null,"noisy":1}].',
    });
    assert.throws(() => editingInterval({ curve: [point(1, 1, 1), point(0, 0, 0)], edit: -1 }), {
      code: 'bad-option',
      message: 'editingInterval: edit must be a number in [0, 10], got -1.',
    });
  });
});

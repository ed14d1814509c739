import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { grid } from '../grid.js';
import { cleanLevel, type Level } from '../level.js';
import { cosine, linear } from '../schedules/index.js';
import { posterior } from './posterior.js';
import { learnedRange, logVarianceBounds, variances } from './variance.js';

const near = (a: number, b: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${a} against ${b}`);

const [more, less]: readonly [Level, Level] = [
  { alpha: 0.28, sigma: 0.96 },
  { alpha: 0.8, sigma: 0.6 },
];

/** [t, output, log σ²] of DDPMScheduler(variance_type='learned_range')._get_variance, diffusers 0.42.1, linear β. */
const diffusersLearnedRange = [
  [0, -1, -46.0517006],
  [0, 1, -9.2101746],
  [10, -1, -8.2605209],
  [10, -0.3, -8.2092905],
  [10, 1, -8.1141481],
  [500, -1, -4.6000562],
  [500, -0.3, -4.5997561],
  [999, 1, -3.912024],
] as const;

suite('variance of a reverse step', () => {
  test('bounds are those of the chain: log β̃ and log β', () => {
    const { level, betas, alphasCumprod } = grid({ schedule: cosine(), count: 50 });
    for (const i of [1, 7, 49]) {
      const { small, large } = logVarianceBounds({ more: level(i), less: level(i - 1) });
      near(large, Math.log(betas[i]!), 1e-11);
      near(small, Math.log((betas[i]! * (1 - alphasCumprod[i - 1]!)) / (1 - alphasCumprod[i]!)), 1e-11);
      assert.ok(small < large);
    }
  });

  test('the interpolation is geometric in σ² and reaches both ends', () => {
    const { small, large } = logVarianceBounds({ more, less });
    near(learnedRange({ more, less, v: 0 }), small);
    near(learnedRange({ more, less, v: 1 }), large);
    near(learnedRange({ more, less, v: 0.25 }), 0.75 * small + 0.25 * large);
  });

  test('the step to the data has no β̃; the floor stands in', () => {
    const first = { more: { alpha: 0.8, sigma: 0.6 }, less: cleanLevel };
    near(logVarianceBounds(first).small, Math.log(1e-20));
    near(logVarianceBounds(first).large, Math.log(0.36));
    near(logVarianceBounds({ ...first, floor: 1e-3 }).small, Math.log(1e-3));
  });

  test('learned range agrees with diffusers', () => {
    const { level, betas } = grid({ schedule: linear() });
    const variance = variances.get('learned-range');
    for (const [t, predicted, expected] of diffusersLearnedRange) {
      const { constant, raw } = variance.logVariance({ more: level(t), less: t === 0 ? cleanLevel : level(t - 1) });
      near(constant + raw * predicted, expected, (3 * 2 ** -24) / betas[t]!); // 1 − ᾱ_t/ᾱ_s in float32
    }
  });

  test('fixed variances ignore the network, learned ones say so', () => {
    const at = { more, less };
    const { sigma, sigmaLarge } = posterior(more, less);
    const said = (name: string, output: number): number => {
      const { constant, raw } = variances.get(name).logVariance(at);
      return constant + raw * output;
    };
    near(said('fixed-small', 5), 2 * Math.log(sigma));
    near(said('fixed-large', 5), 2 * Math.log(sigmaLarge));
    near(said('learned', -3), -3);
    near(said('learned-range', -1), 2 * Math.log(sigma));
    near(said('learned-range', 1), 2 * Math.log(sigmaLarge));
    near(said('learned-range', -0.5), learnedRange({ ...at, v: 0.25 }));
    for (const name of variances.names) {
      const { learned, logVariance } = variances.entries[name];
      assert.equal(learned, logVariance(at).raw !== 0);
      assert.equal(variances.entries[name].name, name);
    }
  });
});

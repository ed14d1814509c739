import assert from 'node:assert/strict';
import { cleanLevel, learnedRangeVariance, posterior } from '../../src/diffusion/index.js';
import { type ClassOracles, type HarnessOptions, harness } from './harness.js';

const levels = (at: HarnessOptions, t: number) => {
  const { grid } = harness(at);
  return { more: grid.level(t), less: t === 0 ? cleanLevel : grid.level(t - 1) };
};

/** `_get_variance(t) - value` of standard deviations, which their name is for here; at t = 0 theirs is 10⁻¹⁰ and ours 0. */
function checkDeviation(at: HarnessOptions, what: string): void {
  const [, t, value] = what.match(/_get_variance\((\d+)\) - ([\d.e-]+)/)!;
  const { more, less } = levels(at, Number(t));
  const { sigma } = posterior(more, less);
  assert.ok(Math.abs(sigma - Number(value)) < 1e-5, `${sigma} against ${value}`);
}

/** Logarithms of variances where the network says 0.5. They are asserted without a magnitude; here they have one. */
function checkLearned(at: HarnessOptions, what: string): void {
  const [, t, value] = what.match(/_get_variance\((\d+), .*\) - (-[\d.]+) </)!;
  const { constant, raw } = learnedRangeVariance.logVariance(levels(at, Number(t)));
  const got = constant + 0.5 * raw;
  assert.ok(Math.abs(got - Number(value)) < 2e-4 * Math.abs(Number(value)), `${got} against ${value}`);
}

export const oracles: ClassOracles = {
  classes: ['UnCLIPScheduler'],
  config: {
    num_train_timesteps: 1000,
    variance_type: 'fixed_small_log',
    clip_sample: true,
    clip_sample_range: 1,
    prediction_type: 'epsilon',
  },
  steps: 1000,
  runs: {
    test_full_loop: (at) => {
      const { run, start } = harness(at);
      return run(start());
    },
    test_full_loop_skip_timesteps: (at) => {
      const { run, start } = harness({ ...at, steps: 25 });
      return run(start());
    },
  },
  checks: { test_variance_fixed_small_log: checkDeviation, test_variance_learned_range: checkLearned },
};

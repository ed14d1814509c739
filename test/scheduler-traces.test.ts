import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { key } from '../src/core/random.js';
import { batchSpace } from '../src/core/space.js';
import { assemble, denoiser, intervals, readSchedulerConfig, sample } from '../src/sampling/index.js';
import { absSum, reference, sampleDeter } from './scheduler-reference.js';

interface Trace {
  readonly cls: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly steps: number;
  readonly timesteps: readonly number[];
  readonly first8: readonly number[];
  readonly last4: readonly number[];
  readonly abs_sum: number;
}

const supported = new Set(['DDIMScheduler']);
const { entries, skip } = reference<Trace>('scheduler-traces.json');
const space = batchSpace();

/** The optimal ε for data ~ N(0.3, 0.5²), turned into what the config's network predicts. */
function optimal(trace: Trace) {
  const parts = assemble(readSchedulerConfig({ _class_name: trace.cls, ...trace.config }));
  const network = async (x: ReturnType<typeof sampleDeter>, index: number) => {
    const { alpha, sigma } = parts.grid.level(Math.round(index));
    const mean = alpha * 0.3;
    const variance = 0.25 * alpha ** 2 + sigma ** 2;
    const { clean, noise } = parts.prediction.mix({ alpha, sigma });
    return space.map(x, (value) => {
      const eps = ((value - mean) * sigma) / variance;
      const x0 = (value - sigma * eps) / alpha;
      return (clean === 0 ? 0 : clean * x0) + noise * eps;
    });
  };
  return { ...parts, network };
}

suite('whole runs of diffusers', { skip }, () => {
  const matching = entries.filter(({ cls }) => supported.has(cls));
  test('all 84 runs of DDIM are here', () => assert.equal(matching.length, 84));

  for (const trace of matching) {
    const { beta_schedule, prediction_type, timestep_spacing, clip_sample, rescale_betas_zero_snr } = trace.config;
    const what = [
      beta_schedule,
      prediction_type,
      timestep_spacing,
      clip_sample && 'clip',
      rescale_betas_zero_snr && 'zero',
    ];
    test(`${trace.cls} ${what.filter(Boolean).join(' ')}, ${trace.steps} steps`, async () => {
      const { grid, precondition, sampler, limit, steps: stepsOf, network } = optimal(trace);
      const steps = stepsOf(trace.steps);
      assert.deepEqual(
        intervals(steps).map(({ from }) => grid.indexOf(from)),
        trace.timesteps,
      );
      const seen: number[] = [];
      const denoise = denoiser({
        network: (x, index) => {
          seen.push(index);
          return network(x, index);
        },
        precondition,
        space,
      });
      const end = await sample({ denoise, sampler, steps, limit, start: sampleDeter(), space, key: key(0) });
      assert.deepEqual(seen, trace.timesteps);
      const got = [...end.data.subarray(0, 8), ...end.data.subarray(-4), absSum(end)];
      const expected = [...trace.first8, ...trace.last4, trace.abs_sum];
      for (const [i, value] of expected.entries()) {
        const error = Math.abs(got[i]! - value) / Math.abs(value);
        assert.ok(error < 1e-4, `value ${i}: ${got[i]} against ${value}, relative error ${error.toExponential(1)}`);
      }
    });
  }
});

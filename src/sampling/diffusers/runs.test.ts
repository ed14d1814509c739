import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { assertEnd, assertTold, goldenRuns, type Run, runNetwork, runStart } from '../../../test/scheduler-runs.js';
import type { HostArray } from '../../core/host-array.js';
import { key } from '../../core/random.js';
import { torchSpace } from '../../core/torch-random.js';
import { denoiser, varianceDenoiser } from '../denoiser.js';
import { intervals } from '../intervals.js';
import { assemble } from '../scheme.js';
import { sample } from '../trajectory.js';
import { readSchedulerConfig, writeSchedulerConfig } from './config.js';

type Batch = HostArray<'float32'>;

const golden = goldenRuns('runs');

const score = (x: number, t: number): number => -x / (1 + t ** 2);
const seconds: Readonly<Record<string, (x: number) => number>> = {
  learned_range: (x) => Math.cos(5 * x),
  learned: (x) => 0.01 + 0.1 * Math.cos(5 * x) ** 2,
};

/** The dynamic shift of these runs is asked for as an argument of `set_timesteps`, 1.15, which is what max_shift has. */
async function walk({ class: name, config, steps: count }: Run): Promise<{ told: number[]; end: Float32Array }> {
  const parts = assemble(readSchedulerConfig({ _class_name: name, ...config }));
  const { precondition, steps: stepsOf, startScale } = parts;
  const space = torchSpace(0);
  const told: number[] = [];
  const say = name === 'ScoreSdeVeScheduler' ? score : runNetwork;
  const second = seconds[String(config['variance_type'])];
  const asked = async (x: Batch, t: number): Promise<Batch> => {
    told.push(t);
    return space.map(x, (value) => say(value, t));
  };
  let seen: Batch; // the second output is made where the first is cut off
  const denoise = second
    ? varianceDenoiser({
        network: (x: Batch, t) => asked((seen = x), t),
        precondition,
        space,
        split: (raw: Batch) => [raw, space.map(seen, second)] as const,
      })
    : denoiser({ network: asked, precondition, space });
  const steps = stepsOf(count);
  const scale = startScale(intervals(steps)[0]!.from);
  const start = runStart(scale);
  const { data } = await sample({ ...parts, denoise, steps, start, space, key: key(0) });
  return { told, end: data };
}

suite(`whole runs of diffusers ${golden.diffusers}`, () => {
  for (const run of golden.runs) {
    test(`${run.class} ${JSON.stringify(run.config)}, ${run.steps} steps`, async () => {
      const { told, end } = await walk(run);
      assert.equal(told.length, run.told.length, 'calls of the network');
      assertTold(told, run.told, 1e-5);
      assertEnd(end, run.end);
    });

    test(`${run.class} ${JSON.stringify(run.config)} is written back`, () => {
      const scheme = readSchedulerConfig({ _class_name: run.class, ...run.config });
      const written = JSON.parse(JSON.stringify(writeSchedulerConfig(scheme))) as Readonly<Record<string, unknown>>;
      assert.deepEqual(readSchedulerConfig(written), scheme);
    });
  }
});

suite('what these classes cannot honour is refused', () => {
  const refused = (config: object, message: string, code: string): void =>
    assert.throws(() => readSchedulerConfig(config), { code, message });

  test('flow matching', () => {
    const name = 'FlowMatchEulerDiscreteScheduler';
    refused(
      { _class_name: name, use_karras_sigmas: true, use_beta_sigmas: true },
      `${name}: only one of use_karras_sigmas, use_beta_sigmas can be true.`,
      'bad-option',
    );
    refused(
      { _class_name: name, invert_sigmas: true, stochastic_sampling: true },
      `${name}: invert_sigmas with stochastic_sampling mixes up data and noise in diffusers. Leave one of them out.`,
      'unsupported-scheduler',
    );
  });

  test('the one step more of Euler', () => {
    const both = { interpolation_type: 'log_linear', timestep_type: 'continuous', prediction_type: 'v_prediction' };
    refused(
      { _class_name: 'EulerDiscreteScheduler', ...both },
      'EulerDiscreteScheduler: interpolation_type "log_linear" with timestep_type "continuous" takes one step more than ' +
        'asked for in diffusers and cannot be read. Use "linear" or "discrete".',
      'unsupported-scheduler',
    );
    readSchedulerConfig({ _class_name: 'EulerDiscreteScheduler', ...both, use_karras_sigmas: true });
  });

  test('spacings and schedules that the inverse does not have', () => {
    assert.throws(() => readSchedulerConfig({ _class_name: 'DDIMInverseScheduler', timestep_spacing: 'linspace' }), {
      message: 'DDIMInverseScheduler: timestep_spacing must be one of leading, trailing, got "linspace".',
    });
  });

  test('more steps than a distilled network was taught', () => {
    const parts = assemble(readSchedulerConfig({ _class_name: 'LCMScheduler' }));
    assert.throws(() => parts.steps(51), {
      message: 'distilled: a network that was taught 50 levels cannot be sampled in 51 steps. Use fewer.',
    });
  });

  test('schemes that no class has words for', () => {
    const scheme = readSchedulerConfig({ _class_name: 'ScoreSdeVeScheduler' });
    const changed = {
      ...scheme,
      sampler: { ...scheme.sampler, options: { ...scheme.sampler.options, norms: 'picture' } },
    };
    assert.throws(() => writeSchedulerConfig(changed), {
      code: 'unsupported-scheduler',
      message: /^ScoreSdeVeScheduler has no way to say sampler reverse-diffusion with norms "picture"\./,
    });
    assert.throws(() => writeSchedulerConfig({ ...scheme, sampler: { name: 'rk45' } }), {
      message: /^diffusers has no way to say sampler rk45\./,
    });
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { schedules } from '../diffusion/index.js';
import { assemble, readSchedulerConfig, type Scheme } from '../sampling/index.js';
import { readScheme, writeScheme } from './scheme-file.js';

const own: Scheme = {
  grid: { schedule: 've', options: { sigmaMax: 10 }, count: 1000, zeroTerminalSnr: false },
  prediction: 'score',
  precondition: { name: 've', options: {} },
  steps: { name: 'trailing', options: {} },
  sampler: { name: 'annealed-langevin', options: {} },
  limit: null,
};

suite('a scheme in a file', () => {
  test('is a scheduler of diffusers where there is one', () => {
    const config = { _class_name: 'DDIMScheduler', beta_schedule: 'scaled_linear', clip_sample: false };
    assert.deepEqual(readScheme(config), readSchedulerConfig(config));
    assert.equal(writeScheme(readScheme(config))['_class_name'], 'DDIMScheduler');
  });

  test('is the scheme itself where there is none, and comes back', () => {
    const written = JSON.parse(JSON.stringify(writeScheme(own))) as unknown;
    assert.deepEqual(readScheme(written), own);
  });

  test('is a scheduler of diffusers with a list of betas beside it, for chains without a name there', () => {
    const usual = readSchedulerConfig({ _class_name: 'DDIMScheduler', prediction_type: 'v_prediction' });
    for (const schedule of schedules.names) {
      if (schedules.entries[schedule].definition.kind !== 'variance-preserving') continue;
      for (const more of [{}, { shift: 2 }, { zeroTerminalSnr: true }]) {
        const scheme: Scheme = {
          ...usual,
          grid: { schedule, options: {}, count: 50, zeroTerminalSnr: false, ...more },
        };
        const written = JSON.parse(JSON.stringify(writeScheme(scheme))) as Readonly<Record<string, unknown>>;
        assert.equal(written['_class_name'], 'DDIMScheduler', schedule);
        const named = ['linear', 'scaled_linear', 'squaredcos_cap_v2'];
        assert.ok(named.includes(String(written['beta_schedule'])), `${schedule} as ${written['beta_schedule']}`);
        const [back, ours] = [readScheme(written), scheme].map((one) => [...assemble(one).grid.alphasCumprod]);
        assert.deepEqual(back, ours, schedule);
        const { langevin_scheme: _, ...alone } = written; // what Python sees
        for (const [i, value] of assemble(readSchedulerConfig(alone)).grid.alphasCumprod.entries()) {
          assert.ok(Math.abs(value - ours![i]!) < 1e-4, `${schedule} ${i}: ${value} against ${ours![i]}`);
        }
      }
    }
  });

  test('is the flow-matching scheduler on straight paths, and keys that were changed since are meant', () => {
    const grid = { schedule: 'straight', options: {}, count: 100, zeroTerminalSnr: false } as const;
    const scheme: Scheme = {
      grid,
      prediction: 'flow',
      steps: { name: 'leading' },
      sampler: { name: 'ddim' },
      limit: null,
    };
    const written = writeScheme(scheme);
    assert.equal(written['_class_name'], 'FlowMatchEulerDiscreteScheduler');
    assert.deepEqual(readScheme(written), scheme);
    assert.deepEqual(readScheme({ ...written, _diffusers_version: '0.50.0' }), scheme);
    assert.equal(readScheme({ ...written, shift: 3 }).sampler.name, 'euler');
  });

  test('names and options that do not exist are told when it is read', () => {
    const refuses = (change: object, message: RegExp): void => {
      assert.throws(() => readScheme({ ...writeScheme(own), ...change }), { message });
    };
    refuses({ precondition: { name: 'vee' } }, /^Unknown precondition "vee"\. Did you mean "ve"\?/);
    refuses({ sampler: { name: 'ddim', options: { et: 1 } } }, /^ddim has no option et\. Did you mean "eta"\?/);
    const { steps: _, ...part } = writeScheme(own);
    assert.throws(() => readScheme(part), {
      message:
        'scheduler config: a LangevinScheme needs grid, prediction, steps, sampler and limit. Write it again by training.',
    });
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { assemble, type Scheme } from '../scheme.js';
import { schedulerClasses } from './classes/index.js';
import { readSchedulerConfig, writeSchedulerConfig } from './config.js';

const ddpmOfHo = {
  _class_name: 'DDPMScheduler',
  _diffusers_version: '0.1.1',
  beta_end: 0.02,
  beta_schedule: 'linear',
  beta_start: 0.0001,
  clip_sample: true,
  num_train_timesteps: 1000,
  trained_betas: null,
  variance_type: 'fixed_large',
};

const stableDiffusion = {
  _class_name: 'DDIMScheduler',
  _diffusers_version: '0.8.0',
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  beta_start: 0.00085,
  clip_sample: false,
  num_train_timesteps: 1000,
  prediction_type: 'v_prediction',
  set_alpha_to_one: false,
  skip_prk_steps: true,
  steps_offset: 1,
  trained_betas: null,
};

const refused = (config: unknown, message: string, code = 'bad-option'): void =>
  assert.throws(() => readSchedulerConfig(config), { name: 'ToolkitError', code, message });

suite('reading', () => {
  test('an early DDPM', () => {
    assert.deepEqual(readSchedulerConfig(ddpmOfHo), {
      grid: { schedule: 'linear', options: { betaStart: 0.0001, betaEnd: 0.02 }, count: 1000, zeroTerminalSnr: false },
      prediction: 'epsilon',
      steps: { name: 'leading', options: { offset: 0, end: 'clean', landing: 'next' } },
      sampler: { name: 'ddpm', options: { variance: 'large', arithmetic: 'float32' } },
      limit: { name: 'clip', options: { range: 1 } },
    });
  });

  test('DDIM as Stable Diffusion 2 has it', () => {
    assert.deepEqual(readSchedulerConfig(stableDiffusion), {
      grid: {
        schedule: 'scaled-linear',
        options: { betaStart: 0.00085, betaEnd: 0.012 },
        count: 1000,
        zeroTerminalSnr: false,
      },
      prediction: 'v',
      steps: { name: 'leading', options: { offset: 1, end: 'first', landing: 'stride' } },
      sampler: { name: 'ddim', options: { eta: 0, direction: 'model' } },
      limit: null,
    });
  });

  test('every default is that of diffusers', () => {
    const ddpm = readSchedulerConfig({ _class_name: 'DDPMScheduler' });
    assert.deepEqual(ddpm, {
      ...readSchedulerConfig(ddpmOfHo),
      sampler: { name: 'ddpm', options: { variance: 'small', arithmetic: 'float32' } },
    });
    const ddim = readSchedulerConfig({ _class_name: 'DDIMScheduler' });
    assert.deepEqual(ddim.steps.options, { offset: 0, end: 'clean', landing: 'stride' });
    assert.deepEqual(ddim.limit, { name: 'clip', options: { range: 1 } });
  });

  test('every key has its effect', () => {
    const read = (keys: object) => readSchedulerConfig({ _class_name: 'DDPMScheduler', ...keys });
    assert.equal(read({ prediction_type: 'sample' }).prediction, 'x0');
    assert.equal(read({ predict_epsilon: false }).prediction, 'x0');
    assert.equal(read({ timestep_spacing: 'trailing', steps_offset: 3 }).steps.options?.['offset'], undefined);
    assert.deepEqual(read({ clip_sample_range: 2 }).limit, { name: 'clip', options: { range: 2 } });
    assert.deepEqual(read({ thresholding: true, dynamic_thresholding_ratio: 0.9, sample_max_value: 3 }).limit, {
      name: 'dynamic-threshold',
      options: { ratio: 0.9, max: 3 },
    });
    assert.equal(read({ rescale_betas_zero_snr: true }).grid.zeroTerminalSnr, true);
    assert.deepEqual(read({ beta_schedule: 'squaredcos_cap_v2', num_train_timesteps: 50 }).grid, {
      schedule: 'cosine',
      options: {},
      count: 50,
      zeroTerminalSnr: false,
    });
    const trained = { num_train_timesteps: 2, trained_betas: [0.1, 0.2] };
    assert.deepEqual(read(trained).grid, { betas: [0.1, 0.2], zeroTerminalSnr: false });
    for (const [type, variance] of [
      ['fixed_small_log', 'small'],
      ['fixed_large_log', 'large'],
      ['learned', 'learned-plain'],
      ['learned_range', 'learned-range'],
    ]) {
      assert.equal(read({ variance_type: type }).sampler.options?.['variance'], variance);
    }
  });

  test('what cannot be honoured is refused', () => {
    refused(null, 'scheduler config: expected an object, got null.', 'bad-config');
    refused(
      {},
      'scheduler config: _class_name must be the name of a scheduler, got undefined. ' +
        `Known: ${schedulerClasses.names.join(', ')}.`,
      'bad-config',
    );
    refused(
      { _class_name: 'DDIMSheduler' },
      `Unknown scheduler "DDIMSheduler". Did you mean "DDIMScheduler"? Known: ${schedulerClasses.names.join(', ')}.`,
      'unknown-scheduler',
    );
    refused(
      { _class_name: 'EulerDiscreteScheduler', beta_schedule: 'laplace' },
      'EulerDiscreteScheduler: beta_schedule "laplace" cannot be read. ' +
        'Can be read: linear, scaled_linear, squaredcos_cap_v2.',
      'unsupported-scheduler',
    );
    refused(
      { _class_name: 'DDIMScheduler', prediction_type: 'flow_prediction' },
      'DDIMScheduler: prediction_type "flow_prediction" cannot be read. Can be read: epsilon, sample, v_prediction.',
      'unsupported-scheduler',
    );
    refused(
      { _class_name: 'DDIMScheduler', trained_betas: [0.1] },
      'DDIMScheduler: trained_betas must be a list of 1000 numbers (num_train_timesteps), got [0.1].',
    );
    refused(
      { _class_name: 'DDIMScheduler', clip_sample: 'yes' },
      'DDIMScheduler: clip_sample must be true or false, got "yes".',
    );
    assert.throws(() => readSchedulerConfig({ _class_name: 'DDIMScheduler', clip_samples: true }), {
      message: /^DDIMScheduler has no option clip_samples\. Did you mean "clip_sample"\? It has: /,
    });
  });
});

suite('writing', () => {
  for (const config of [
    ddpmOfHo,
    stableDiffusion,
    { _class_name: 'DDPMScheduler', beta_schedule: 'squaredcos_cap_v2', thresholding: true, sample_max_value: 2 },
    { _class_name: 'DDIMScheduler', timestep_spacing: 'trailing', rescale_betas_zero_snr: true, clip_sample_range: 3 },
    { _class_name: 'DDPMScheduler', timestep_spacing: 'linspace', num_train_timesteps: 2, trained_betas: [0.1, 0.2] },
  ]) {
    test(`${config._class_name} comes back as it was: ${JSON.stringify(config)}`, () => {
      const scheme = readSchedulerConfig(config);
      const written = writeSchedulerConfig(scheme);
      assert.deepEqual(readSchedulerConfig(JSON.parse(JSON.stringify(written))), scheme);
      assert.deepEqual(writeSchedulerConfig(readSchedulerConfig(written)), written);
      for (const [name, value] of Object.entries(config)) {
        if (!name.startsWith('_') && name !== 'skip_prk_steps') assert.deepEqual(written[name], value, name);
      }
    });
  }

  const sigma = (name: string, keys: object = {}) => ({ _class_name: `${name}Scheduler`, ...keys });
  for (const config of [
    sigma('EulerDiscrete', { use_karras_sigmas: true, sigma_min: 0.03, sigma_max: 80, prediction_type: 'sample' }),
    sigma('EulerDiscrete', { timestep_spacing: 'leading', steps_offset: 1, final_sigmas_type: 'sigma_min' }),
    sigma('EulerDiscrete', { rescale_betas_zero_snr: true, timestep_spacing: 'trailing' }),
    sigma('EulerDiscrete', { interpolation_type: 'log_linear', timestep_spacing: 'leading', steps_offset: 2 }),
    sigma('EulerDiscrete', { timestep_type: 'continuous', prediction_type: 'v_prediction', use_karras_sigmas: true }),
    sigma('EulerAncestralDiscrete', { beta_schedule: 'scaled_linear', prediction_type: 'v_prediction' }),
    sigma('HeunDiscrete', { use_exponential_sigmas: true, timestep_spacing: 'trailing', clip_sample: true }),
    sigma('HeunDiscrete', { beta_schedule: 'exp' }),
    sigma('KDPM2Discrete', { use_karras_sigmas: true, beta_schedule: 'squaredcos_cap_v2' }),
    sigma('KDPM2AncestralDiscrete', { use_beta_sigmas: true }),
    sigma('LMSDiscrete', { timestep_spacing: 'leading', num_train_timesteps: 50 }),
  ]) {
    test(`${JSON.stringify(config)} comes back as it was`, () => {
      const scheme = readSchedulerConfig(config);
      const written = writeSchedulerConfig(scheme);
      assert.deepEqual(readSchedulerConfig(written), scheme);
      for (const [name, value] of Object.entries(config)) assert.deepEqual(written[name], value, name);
    });
  }

  test('options that a class has no key for are refused, not lost', () => {
    const read = readSchedulerConfig(sigma('EulerDiscrete', { use_karras_sigmas: true }));
    const refusedFor = (change: Partial<Scheme>, what: string): void =>
      assert.throws(() => writeSchedulerConfig({ ...read, ...change }), {
        code: 'unsupported-scheduler',
        message: new RegExp(`EulerDiscreteScheduler has no way to say ${what}[.;]`),
      });
    const { steps } = read;
    refusedFor({ sampler: { name: 'euler', options: { sChurn: 40 } } }, 'sampler euler with sChurn 40');
    refusedFor({ steps: { ...steps, options: { ...steps.options, rho: 5 } } }, 'steps karras with rho 5');
    refusedFor({ limit: { name: 'clip' } }, 'limit clip');
    refusedFor({ steps: { name: 'align-your-steps' } }, 'align-your-steps steps');
  });

  const scheme: Scheme = {
    grid: { schedule: 'linear', options: {}, count: 100, zeroTerminalSnr: false },
    prediction: 'v',
    steps: { name: 'trailing' },
    sampler: { name: 'ddpm' },
    limit: null,
  };

  test('defaults of ours become numbers of theirs', () => {
    const written = writeSchedulerConfig(scheme);
    assert.equal(written['_class_name'], 'DDPMScheduler');
    assert.deepEqual([written['beta_start'], written['beta_end']], [0.0001, 0.02]);
    assert.equal(written['variance_type'], 'fixed_small');
    assert.equal(assemble(readSchedulerConfig(written)).grid.count, 100);
  });

  test('what diffusers cannot say is refused', () => {
    const unwritable = (change: Partial<Scheme>, what: string): void =>
      assert.throws(() => writeSchedulerConfig({ ...scheme, ...change }), {
        code: 'unsupported-scheduler',
        message: new RegExp(`${what.replace(/[().]/g, '\\$&')}(;|\\. Choose)`),
      });
    unwritable({ sampler: { name: 'rk45' } }, 'diffusers has no way to say sampler rk45');
    assert.throws(() => writeSchedulerConfig({ ...scheme, sampler: { name: 'heun' } }), {
      code: 'unsupported-scheduler',
      message:
        'FlowMatchHeunDiscreteScheduler has no way to say prediction v; HeunDiscreteScheduler has no way to say ' +
        'start magnitude. Choose what one has, or keep the scheme itself.',
    });
    unwritable({ prediction: 'score' }, 'DDPMScheduler has no way to say prediction score');
    unwritable({ steps: { name: 'karras' } }, 'DDPMScheduler has no way to say karras steps');
    unwritable({ sampler: { name: 'ddim' } }, 'DDIMScheduler has no way to say landing "next"');
    unwritable(
      { sampler: { name: 'ddim', options: { eta: 0.5 } } },
      'DDIMScheduler has no way to say eta 0.5 in its config (pass eta to the pipeline call)',
    );
    const grid = { schedule: 'cosine', options: { offset: 0.1 }, count: 10, zeroTerminalSnr: false } as const;
    unwritable({ grid }, 'DDPMScheduler has no way to say a cosine offset other than 0.008');
  });
});

suite('classes at the edge', () => {
  test('one that is known and not read is refused with its reason', () => {
    refused(
      { _class_name: 'RePaintScheduler' },
      'RePaintScheduler is not read: jumps back and forth for inpainting: a way to edit and no sampler. ' +
        'Use a scheduler of another class, DDIMScheduler for example.',
      'unsupported-scheduler',
    );
    assert.throws(() => readSchedulerConfig({ _class_name: 'HeliosScheduler' }), {
      message: /^HeliosScheduler is not/,
    });
    assert.throws(() => readSchedulerConfig({ _class_name: 'HeliumScheduler' }), { message: /^Unknown scheduler/ });
  });

  test('a solver of order 1 is written as itself, with its end', () => {
    const zero = { rescale_betas_zero_snr: true, timestep_spacing: 'leading', prediction_type: 'v_prediction' };
    for (const config of [{ timestep_spacing: 'leading' }, zero, { algorithm_type: 'sde-dpmsolver++', ...zero }]) {
      const scheme = readSchedulerConfig({ _class_name: 'DPMSolverMultistepScheduler', solver_order: 1, ...config });
      const written = writeSchedulerConfig(scheme);
      assert.equal(written['_class_name'], 'DPMSolverMultistepScheduler');
      assert.deepEqual(readSchedulerConfig(written), scheme);
    }
  });

  test('no class is written with names that its diffusers does not take', () => {
    const ddim = readSchedulerConfig({ _class_name: 'DDIMScheduler' });
    const grid = { schedule: 'sigmoid', options: {}, count: 1000, zeroTerminalSnr: false } as const;
    assert.throws(() => writeSchedulerConfig({ ...ddim, grid }), {
      message: /^DDIMScheduler has no way to say the schedule sigmoid by its name[.;]/,
    });
    assert.throws(() => writeSchedulerConfig({ ...ddim, prediction: 'flow' }), {
      message: /^DDIMScheduler has no way to say prediction flow[.;]/,
    });
    const ddpm = readSchedulerConfig({ _class_name: 'DDPMScheduler' });
    assert.equal(writeSchedulerConfig({ ...ddpm, grid })['beta_schedule'], 'sigmoid');
  });
});

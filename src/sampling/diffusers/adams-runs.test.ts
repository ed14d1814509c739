import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { assertEnd, assertTold, goldenRuns, type Run, walkRun } from '../../../test/scheduler-runs.js';
import { torchSpace } from '../../core/torch-random.js';
import { readSchedulerConfig, writeSchedulerConfig } from './config.js';

const golden = goldenRuns('adams-runs');

const walk = (run: Run) => walkRun(run, { space: torchSpace(0), scale: () => 1 });

suite(`whole runs of diffusers ${golden.diffusers} that look back`, () => {
  for (const run of golden.runs) {
    test(`${run.class} ${JSON.stringify(run.config)}, ${run.steps} steps`, async () => {
      const { told, end } = await walk(run);
      assert.equal(told.length, run.told.length, 'calls of the network');
      assertTold(told, run.told, 1e-4);
      assertEnd(end, run.end);
    });

    test(`${run.class} ${JSON.stringify(run.config)} is written back`, () => {
      const scheme = readSchedulerConfig({ _class_name: run.class, ...run.config });
      const written = JSON.parse(JSON.stringify(writeSchedulerConfig(scheme))) as Readonly<Record<string, unknown>>;
      assert.equal(written['_class_name'], run.class);
      assert.deepEqual(readSchedulerConfig(written), scheme);
    });
  }
});

suite('what these classes cannot honour is refused', () => {
  const refused = (config: object, message: string, code = 'unsupported-scheduler'): void =>
    assert.throws(() => readSchedulerConfig(config), { code, message });

  test('what a config cannot hold', () => {
    refused(
      { _class_name: 'UniPCMultistepScheduler', solver_p: {} },
      'UniPCMultistepScheduler: solver_p "{}" cannot be read. Can be read: null.',
    );
    refused(
      { _class_name: 'UniPCMultistepScheduler', disable_corrector: [-1] },
      'UniPCMultistepScheduler: disable_corrector must be a list of step numbers, got [-1].',
      'bad-option',
    );
    refused(
      { _class_name: 'SASolverScheduler', tau_func: 'lambda t: 1' },
      'SASolverScheduler: tau_func "lambda t: 1" cannot be read. Can be read: null.',
    );
    refused(
      { _class_name: 'IPNDMScheduler', trained_betas: [0.5] },
      'IPNDMScheduler: trained_betas are the noise levels of one number of steps there and cannot be read. Leave them out.',
    );
    refused(
      { _class_name: 'UniPCMultistepScheduler', use_dynamic_shifting: true },
      'UniPCMultistepScheduler: use_dynamic_shifting "true" cannot be read. Can be read: false.',
    );
    refused(
      { _class_name: 'UniPCMultistepScheduler', shift_terminal: 0.1 },
      'UniPCMultistepScheduler: shift_terminal "0.1" cannot be read. Can be read: null without use_flow_sigmas.',
    );
  });

  test('a shift that follows the size of the picture', () => {
    const asked = { use_flow_sigmas: true, use_dynamic_shifting: true, prediction_type: 'flow_prediction' };
    for (const name of ['DEISMultistepScheduler', 'DPMSolverMultistepScheduler', 'DPMSolverSinglestepScheduler']) {
      refused(
        { _class_name: name, ...asked },
        `${name}: use_dynamic_shifting "true" cannot be read. Can be read: false with use_flow_sigmas.`,
      );
      // Of a chain there is nothing to shift.
      const dynamic = readSchedulerConfig({ _class_name: name, use_dynamic_shifting: true });
      assert.deepEqual(dynamic, readSchedulerConfig({ _class_name: name }));
    }
  });

  test('what diffusers has no meaning for', () => {
    refused(
      { _class_name: 'PNDMScheduler', prediction_type: 'sample' },
      'PNDMScheduler: prediction_type "sample" cannot be read. Can be read: epsilon, v_prediction.',
    );
    refused(
      { _class_name: 'DEISMultistepScheduler', use_flow_sigmas: true, use_karras_sigmas: true },
      'DEISMultistepScheduler: use_karras_sigmas "true" cannot be read. Can be read: false with use_flow_sigmas.',
    );
    refused(
      { _class_name: 'DEISMultistepScheduler', use_flow_sigmas: true },
      'DEISMultistepScheduler: prediction_type "epsilon" cannot be read. Can be read: flow_prediction.',
    );
  });

  test('schemes that the classes have no words for', () => {
    const scheme = readSchedulerConfig({ _class_name: 'SASolverScheduler' });
    const options = { ...scheme.sampler.options, tau: 0.5 };
    assert.throws(() => writeSchedulerConfig({ ...scheme, sampler: { name: 'sa-solver', options } }), {
      message:
        'SASolverScheduler has no way to say sampler sa-solver with tau 0.5. Choose what it has, or keep the scheme itself.',
    });
    const deis = readSchedulerConfig({ _class_name: 'DEISMultistepScheduler' });
    assert.throws(() => writeSchedulerConfig({ ...deis, sampler: { name: 'deis' } }), {
      code: 'unsupported-scheduler',
      message: /^DEISMultistepScheduler has no way to say sampler deis with polynomial "time"\./,
    });
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readSchedulerConfig, type Scheme } from '../sampling/index.js';
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

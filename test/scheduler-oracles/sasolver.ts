import assert from 'node:assert/strict';
import { cudaSpace } from '../../src/core/cuda-philox.js';
import { key } from '../../src/core/random.js';
import { denoiser, sample } from '../../src/sampling/index.js';
import { absSum, sampleDeter } from '../scheduler-reference.js';
import { type Batch, type ClassOracles, type Config, type HarnessOptions, harness, loop } from './harness.js';

/** The same loop with the noise of torch's CUDA generator, which the tests assert another number for. */
async function onCuda(at: HarnessOptions, more: Config): Promise<Batch> {
  const { precondition, sampler, all } = harness(at, more);
  const space = cudaSpace({ seed: 0 });
  const network = async (x: Batch, t: number) => space.map(x, (value) => (value * t) / (t + 1));
  const denoise = denoiser({ network, precondition, space });
  return sample({ denoise, sampler, steps: all, start: sampleDeter(), space, key: key(0) });
}

/** Numbers that the tests assert where the device is a CUDA one. */
const ofCuda = new Set(['329.1999816894531', '0.4286458194255829', '193.4154052734375', '0.2518429756164551']);

const onBoth = (more: Config) => async (at: HarnessOptions, what: string) => {
  const [, quantity, value, tolerance] = what.match(/result_(sum|mean)\.item\(\) - ([\d.]+)\) < ([\d.e-]+)/)!;
  const end = ofCuda.has(value!) ? await onCuda(at, more) : await loop(more)(at);
  const got = quantity === 'sum' ? absSum(end) : absSum(end) / end.data.length;
  assert.ok(Math.abs(got - Number(value)) < Number(tolerance), `${got} against ${value}`);
};

export const oracles: ClassOracles = {
  classes: ['SASolverScheduler'],
  config: { num_train_timesteps: 1100, beta_start: 0.0001, beta_end: 0.02, beta_schedule: 'linear' },
  steps: 10,
  runs: {
    test_full_loop_device: loop(),
    test_full_loop_device_karras_sigmas: loop({ use_karras_sigmas: true }),
  },
  checks: {
    test_full_loop_no_noise: onBoth({}),
    test_full_loop_with_v_prediction: onBoth({ prediction_type: 'v_prediction' }),
  },
};

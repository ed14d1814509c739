import { resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import { checkedWrite } from '../checked-write.js';
import { lengthOf, meaningfulKeys } from '../common-keys.js';
import { edmKeys, usualEdm } from '../edm-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

const who = 'EDMEulerScheduler';

const keysOfEdmEuler = edmKeys(usualEdm);

/**
 * `EDMEulerScheduler`: Euler's rule for networks with the preconditioning of EDM. Its `prediction_type` says no more than
 * the sign of what the network says: `v_prediction` is the negative. Churn is an argument of its `step`.
 */
export const edmEulerScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['euler'],
  write(scheme) {
    const { grid, steps, precondition } = scheme;
    const { sigmaMin = 0.002, sigmaMax = 80, end = 'clean', rho = 7 } = steps.options ?? {};
    const keys = {
      num_train_timesteps: lengthOf(grid),
      sigma_min: sigmaMin,
      sigma_max: sigmaMax,
      sigma_data: precondition?.options?.['sigmaData'] ?? 0.5,
      sigma_schedule: steps.name,
      prediction_type: precondition?.options?.['says'] === 'negative' ? 'v_prediction' : 'epsilon',
      rho,
      final_sigmas_type: end === 'clean' ? 'zero' : 'sigma_min',
    };
    return checkedWrite({ who, scheme, keys, read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfEdmEuler, meaningfulKeys(config, keysOfEdmEuler));
  const { sigma_min: sigmaMin, sigma_max: sigmaMax, sigma_data: sigmaData, sigma_schedule: name, rho } = keys;
  const bounds = { sigmaMin, sigmaMax, end: keys.final_sigmas_type === 'zero' ? 'clean' : 'last' };
  const says = keys.prediction_type === 'v_prediction' ? { says: 'negative' } : {};
  return {
    grid: { schedule: 've', options: { sigmaMin, sigmaMax }, count: keys.num_train_timesteps, zeroTerminalSnr: false },
    prediction: 'x0',
    precondition: { name: 'edm', options: { sigmaData, ...says } },
    steps: { name, options: name === 'karras' ? { rho, ...bounds } : bounds },
    sampler: { name: 'euler' },
    limit: null,
  };
}

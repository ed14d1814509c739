import { resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import { checkedWrite } from '../checked-write.js';
import { knownOf, meaningfulKeys, readGrid, readPrediction, usualBetas, writeGrid } from '../common-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';
import { distilledKeys } from './lcm.js';

const who = 'TCDScheduler';

/**
 * `TCDScheduler`: trajectory consistency distillation. γ (there `eta`) is an argument of its `step`, not of its config;
 * 0.3 is the default of both. Its keys for clipping and thresholding have no effect in diffusers and are passed over.
 */
export const tcdScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['tcd'],
  write(scheme) {
    const keys = {
      ...knownOf(writeGrid(who, scheme), distilledKeys),
      original_inference_steps: scheme.steps.options?.['taught'] ?? 50,
    };
    return checkedWrite({ who, scheme, keys, read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, distilledKeys, meaningfulKeys(config, distilledKeys));
  return {
    grid: readGrid({ who, keys, config, known: usualBetas }),
    prediction: readPrediction({ who, keys, config }),
    steps: { name: 'distilled', options: { taught: keys.original_inference_steps, end: 'first' } },
    sampler: { name: 'tcd', options: { gamma: 0.3 } },
    limit: null,
  };
}

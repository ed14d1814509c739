import { resolve } from '../../../core/options.js';
import type { Scheme } from '../../scheme.js';
import { checkedWrite } from '../checked-write.js';
import { lengthOf, meaningfulKeys } from '../common-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';
import { flowMatchKeys, flowMatchSteps } from './flow-match-euler.js';

const who = 'FlowMatchHeunDiscreteScheduler';

/** `FlowMatchHeunDiscreteScheduler`: Heun's rule on straight paths. Churn is an argument of its `step`, not of its config. */
export const flowMatchHeunScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['heun'],
  write(scheme) {
    const { grid, steps } = scheme;
    const num_train_timesteps = lengthOf(grid);
    const keys = { num_train_timesteps, shift: steps.options?.['shift'] ?? 1 };
    return checkedWrite({ who, scheme, keys, read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const { num_train_timesteps: count, shift } = resolve(who, flowMatchKeys, meaningfulKeys(config, flowMatchKeys));
  return {
    grid: { schedule: 'straight', options: {}, count, zeroTerminalSnr: false },
    prediction: 'flow',
    steps: flowMatchSteps({ shift, count }),
    sampler: { name: 'heun' },
    limit: null,
  };
}

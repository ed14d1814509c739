import { type Schedule, schedules } from '../../diffusion/index.js';
import { type Choice, noiseSteps, type SamplerName, type StepsName, samplers } from '../../sampling/index.js';
import { chosenFrom } from '../train/named.js';

/** The schedule that a text names, with its options: `sigmoid`, `given:betas=0.1/0.2`. */
export function scheduleOf(text: string): Schedule {
  const { name, options } = chosenFrom({ owner: 'plot', option: 'schedule', registry: schedules, text });
  return (schedules.get(name) as (options?: object) => Schedule)(options);
}

/** The noise levels that a text names, with their options: `karras:rho=5`. */
export const stepsOf = (text: string): Choice<StepsName> =>
  chosenFrom({ owner: 'plot', option: 'spacing', registry: noiseSteps, text });

/** The sampler that a text names, with its options: `heun:sChurn=1`. */
export const samplerOf = (text: string): Choice<SamplerName> =>
  chosenFrom({ owner: 'plot', option: 'samplers', registry: samplers, text });

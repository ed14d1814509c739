import { defineRegistry } from '../../core/registry.js';
import { cosine } from './cosine.js';
import { linear } from './linear.js';
import { scaledLinear } from './scaled-linear.js';

export const schedules = defineRegistry('schedule', {
  cosine,
  linear,
  'scaled-linear': scaledLinear,
});

export type ScheduleName = keyof typeof schedules.entries;
export { cosine, linear, scaledLinear };

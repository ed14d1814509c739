import { defineRegistry } from '../../../core/registry.js';
import { ddimScheduler } from './ddim.js';
import { ddpmScheduler } from './ddpm.js';

/** Under the names that stand in `_class_name`; the parallel variants compute the same steps. */
export const schedulerClasses = defineRegistry('scheduler', {
  DDIMParallelScheduler: ddimScheduler,
  DDIMScheduler: ddimScheduler,
  DDPMParallelScheduler: ddpmScheduler,
  DDPMScheduler: ddpmScheduler,
});

export type SchedulerClassName = keyof typeof schedulerClasses.entries;
export { ddimScheduler, ddpmScheduler };

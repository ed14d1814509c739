import { number } from '../../core/options.js';

/** How much of the reverse SDE's noise a walk takes. */
export const etaOption = number({
  default: 1,
  min: 0,
  max: 10,
  help: 'Power of the noise as a multiple of that of the reverse SDE; 0 walks the ODE.',
});

/** Why the suite does not measure the order of SDE solvers against the ODE. */
export const strongOrder = {
  order: 'It follows one path of the SDE; its own tests measure the order along the path.',
} as const;

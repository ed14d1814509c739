import { choice } from '../../core/options.js';
import type { Varying } from './exponential.js';

/** How the slope is weighed in steps of order 2: by half the weight of the value, or by its own integral. */
export type SlopeForm = 'midpoint' | 'heun';

/**
 * How the second derivative is weighed in steps of order 3: `exact` integrates the parabola; `half` is what the authors'
 * code, k-diffusion and diffusers compute, which is of order 2; `shifted` is diffusers' sde-dpmsolver++.
 */
export type Curvature = 'exact' | 'half' | 'shifted';

/** What a step of DPM-Solver(++) on the levels of the walk is told. */
export interface DpmOptions {
  readonly order: 1 | 2 | 3;
  readonly of: Varying;
  /** Strength of the SDE's noise, as in `crossing`. */
  readonly eta: number;
  readonly form: SlopeForm;
  readonly curvature: Curvature;
  /** Whether the last steps are of lower order; which of them is up to the rule. */
  readonly lowerOrderFinal: boolean;
}

/** `form` as an option of samplers. */
export const formOption = choice(['midpoint', 'heun'], {
  default: 'midpoint',
  help: 'Weight of the slope in steps of order 2: half that of the value, or its own integral.',
});

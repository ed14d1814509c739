import { ToolkitError } from '../../core/errors.js';
import { choice, integer, number } from '../../core/options.js';
import { defineSchedule } from '../schedule.js';
import { tokenShift } from '../token-shift.js';

/**
 * Straight lines between data and noise: rectified flow, flow matching.
 *
 *   α = 1 − u,   σ = u,   u = s·t/(1 + (s − 1)·t)
 *
 * Liu et al. 2022, arXiv:2209.03003, Equation 1; Lipman et al. 2022, arXiv:2210.02747, Section 4.1. The shift s is 1 for
 * plain lines and about size/(size the model was made for) for larger pictures: Esser et al. 2024, arXiv:2403.03206,
 * Equation 23. Dynamic shift takes it from the number of image tokens n: μ(n) of `tokenShift`, and s = e^μ, or s = μ with
 * `timeShift: 'linear'`, as `use_dynamic_shifting` of diffusers does.
 *
 * @example
 * import { straight } from 'langevin/diffusion';
 * straight().level(0.25); // → { alpha: 0.75, sigma: 0.25 }
 * straight({ shift: 3 }).sigma(0.5); // → 0.75
 * straight({ tokens: 4096 }).sigma(0.5); // → 1 / (1 + Math.exp(-1.15))
 */
export const straight = defineSchedule({
  name: 'straight',
  kind: 'interpolating',
  options: {
    shift: number({ default: 1, min: 0.001, max: 1000, help: 's: more than 1 spends more time at high noise.' }),
    tokens: integer({ default: null, min: 1, help: 'Number of image tokens that sets the shift; not when not set.' }),
    timeShift: choice(['exponential', 'linear'], { default: 'exponential', help: 'Whether s is e^μ or μ.' }),
    baseTokens: integer({ default: 256, min: 1, help: 'Tokens of the smallest picture.' }),
    maxTokens: integer({ default: 4096, min: 2, help: 'Tokens of the largest picture.' }),
    baseShift: number({ default: 0.5, min: -10, max: 10, help: 'μ of the smallest picture.' }),
    maxShift: number({ default: 1.15, min: -10, max: 10, help: 'μ of the largest picture.' }),
  },
  curves({ shift, tokens, timeShift, ...line }) {
    const mu = tokens === null ? null : tokenShift({ tokens, ...line });
    const s = mu === null ? shift : timeShift === 'linear' ? mu : Math.exp(mu);
    if ((mu !== null && shift !== 1) || !(s > 0)) {
      throw new ToolkitError(
        'bad-option',
        s > 0
          ? `straight: the shift is set either by shift or by tokens, got shift = ${shift} and tokens = ${tokens}.`
          : `straight: tokens = ${tokens} gives the shift ${s}, which must be > 0. Use timeShift exponential.`,
      );
    }
    const stretch = (t: number): number => 1 + (s - 1) * t;
    return {
      alpha: (t) => (1 - t) / stretch(t),
      sigma: (t) => (s * t) / stretch(t),
      logSnr: (t) => 2 * Math.log((1 - t) / (s * t)),
      drift: (t) => -s / ((1 - t) * stretch(t)),
    };
  },
});

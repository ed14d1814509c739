import { choice, integer } from '../../../core/options.js';
import { dpmMultistep, endingOptions } from '../../rules/dpm-multistep.js';
import { formOption } from '../../rules/dpm-options.js';
import { defineSampler } from '../../sampler.js';

/**
 * DPM-Solver, not ++, over several steps: exponential integrator with the noise n = (x − α·D)/σ extrapolated in λ.
 *
 *   x′ = (α′/α)·x − σ′·(J₀·n + J₁·n₁ + J₂·n₂),   J₀ = e^h − 1,  J_k = (k/h)·J_{k−1} − 1,  h = λ′ − λ,  λ = ln(α/σ)
 *
 * with n₁ and n₂ from the last estimates as in `dpmpp-3m`; order 2 drops n₂ and, in the midpoint form, weighs n₁ by J₀/2.
 * Lu et al. 2022, arXiv:2206.00927, Appendix B; diffusers' algorithm_type `dpmsolver`. Steps from pure noise and to
 * σ′ = 0 use D itself.
 *
 * For unguided models; with guidance take `dpmpp-2m`, which bounds what is extrapolated.
 */
export const dpmSolverMultistep = defineSampler({
  name: 'dpm-solver-multistep',
  order: 2,
  evaluations: 1,
  memory: 2,
  options: {
    order: integer({ default: 2, min: 1, max: 3, help: 'Order of convergence, and estimates looked at.' }),
    form: formOption,
    curvature: choice(['exact', 'half'], {
      default: 'exact',
      help: 'Order 3: weight of the second derivative, its integral or half of it as in other programs.',
    }),
    ...endingOptions,
  },
  step: (at, { order, ...rest }) => dpmMultistep(at, { order: order as 1 | 2 | 3, of: 'noise', eta: 0, ...rest }),
});

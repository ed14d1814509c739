import { choice, number } from '../../../core/options.js';
import { abs, add, div, maximum, minimum, mul, sqrt, square, sub, type Tensor } from '../../../graph/index.js';
import { mixRows } from '../../processes/forward.js';
import { noised, weightsOf } from '../noised.js';
import { defineObjective } from '../objective.js';
import { meanPerSample } from '../per-sample.js';

/**
 * L = E_{x₀, ε, t} w(t)·‖target − F(α_t·x₀ + σ_t·ε, t)‖², the mean squared error of the chosen prediction.
 * Ho et al. 2020, arXiv:2006.11239, Equation 14 and Algorithm 1.
 *
 * Large errors can count less than their square. With e = F − target and a width δ:
 *
 *   l1             |e|
 *   huber          e² where |e| ≤ δ, 2δ·|e| − δ² beyond: twice Huber's, so that a large δ is the square
 *   pseudo-huber   2δ·(√(e² + δ²) − δ): the same without its corner; Song & Dhariwal 2023, arXiv:2310.14189, Equation 7
 *
 * @example
 * import { floats, key } from 'langevin/core';
 * import { cosine, grid, simple, uniformWeighting, v } from 'langevin/diffusion';
 * const batch = simple().prepare({
 *   clean: floats([2, 3]),
 *   indices: [0, 999],
 *   grid: grid({ schedule: cosine() }),
 *   prediction: v,
 *   weighting: uniformWeighting(),
 *   key: key(0),
 * });
 * batch.weight.data; // → Float32Array.of(1, 1)
 */
export const simple = defineObjective({
  name: 'simple',
  options: {
    error: choice(['mse', 'l1', 'huber', 'pseudo-huber'], { default: 'mse', help: 'What an error counts.' }),
    delta: number({ default: 0.1, min: 1e-6, max: 1e6, help: 'Width of the two Huber losses.' }),
  },
  prepare(given) {
    const { clean, prediction } = given;
    const batch = noised('simple', given);
    const { levels, noise, x, index } = batch;
    return {
      x,
      index,
      target: mixRows({ clean, noise, mixes: levels.map(prediction.mix) }),
      weight: weightsOf(batch, given, prediction),
    };
  },
  losses({ network, fed }, { error, delta }) {
    const e = sub(network(fed('x')).prediction, fed('target'));
    return { error: meanPerSample(errorKinds[error](e, delta)), extra: null };
  },
});

/** What an error counts, by name. */
const errorKinds = {
  mse: (e: Tensor): Tensor => square(e),
  l1: (e: Tensor): Tensor => abs(e),
  // m = min(|e|, δ): m² + 2δ·(|e| − m)
  huber(e: Tensor, delta: number): Tensor {
    const size = abs(e);
    return add(square(minimum(size, delta)), mul(maximum(sub(size, delta), 0), 2 * delta));
  },
  // √(e² + δ²) − δ = e²/(√(e² + δ²) + δ), which keeps its digits where e is small
  'pseudo-huber'(e: Tensor, delta: number): Tensor {
    const e2 = square(e);
    return mul(div(e2, add(sqrt(add(e2, delta ** 2)), delta)), 2 * delta);
  },
} as const;

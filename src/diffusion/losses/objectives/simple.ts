import { show, ToolkitError } from '../../../core/errors.js';
import { floats } from '../../../core/host-array.js';
import { fold } from '../../../core/random.js';
import { batchSpace } from '../../../core/space.js';
import { mixRows } from '../../processes/forward.js';
import { defineObjective } from '../objective.js';

/**
 * L = E_{x₀, ε, t} w(t)·‖target − F(α_t·x₀ + σ_t·ε, t)‖², the mean squared error of the chosen prediction.
 * Ho et al. 2020, arXiv:2006.11239, Equation 14 and Algorithm 1.
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
  options: {},
  prepare({ clean, indices, grid, prediction, weighting, key, first = 0 }) {
    const count = clean.shape[0] ?? 0;
    if (indices.length !== count) {
      throw new ToolkitError(
        'shape-mismatch',
        `simple: data of shape ${show(clean.shape)} needs ${count} indices, got ${indices.length}.`,
      );
    }
    const levels = Array.from(indices, (index) => grid.level(index));
    const noise = batchSpace({ first }).gaussian(clean, fold(key, 'noise'));
    return {
      x: mixRows({ clean, noise, mixes: levels.map(({ alpha, sigma }) => ({ clean: alpha, noise: sigma })) }),
      index: floats([count], Float32Array.from(indices)),
      target: mixRows({ clean, noise, mixes: levels.map(prediction.mix) }),
      weight: floats(
        [count],
        Float32Array.from(levels, (level) => weighting.weight({ level, prediction })),
      ),
    };
  },
});

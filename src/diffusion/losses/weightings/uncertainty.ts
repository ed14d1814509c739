import { floats } from '../../../core/host-array.js';
import { integer, number } from '../../../core/options.js';
import { fold, gaussians, key, uniforms } from '../../../core/random.js';
import { exp, matmul, neg, reshape } from '../../../graph/index.js';
import { type Level, logSnr, snr } from '../../level.js';
import { inErrorOf } from '../in-error-of.js';
import type { LossHead } from '../loss-head.js';
import { defineWeighting } from '../weighting.js';

/**
 * L = λ(σ)·e^{−u(σ)}·error + u(σ): a line u(σ) over random waves of the noise level is trained with the network and
 * learns the logarithm of the loss of every level, so that all levels pull alike, whatever λ they began with; λ is that
 * of `edm`. It starts as u = 0. Its parameters are in checkpoints and not in the model.
 * Karras et al. 2024, arXiv:2312.02696, the uncertainty-based weighting of Config B; Kendall et al. 2018,
 * arXiv:1705.07115, for the idea.
 *
 * @example
 * import { uncertaintyWeighting } from 'langevin/diffusion';
 * uncertaintyWeighting({ waves: 16 }).head?.parameters.get('uncertainty.weight'); // → [16, 1]
 */
export const uncertaintyWeighting = defineWeighting({
  name: 'uncertainty',
  options: {
    deviation: number({ default: 0.5, min: 0.001, max: 1000, help: 'Standard deviation σ_d of the data.' }),
    waves: integer({ default: 128, min: 1, max: 4096, help: 'Waves of the noise level that u is a line over.' }),
  },
  weight: (at, { deviation }) => inErrorOf({ ...at, clean: snr(at.level) + 1 / deviation ** 2 }),
  head: ({ waves }): LossHead => {
    const [frequencies, phases] = [
      gaussians(fold(key(0), 'uncertainty frequencies'), waves),
      uniforms(fold(key(0), 'uncertainty phases'), waves),
    ];
    return {
      parameters: new Map([['uncertainty.weight', [waves, 1]]]),
      initial: () => new Map([['uncertainty.weight', floats([waves, 1])]]),
      width: waves,
      features(level) {
        const c = noiseOf(level);
        // √2·cos: a mean square of 1 each, and √waves for the sum
        const scale = Math.sqrt(2 / waves);
        return Float64Array.from(frequencies, (f, i) => scale * Math.cos(2 * Math.PI * (f * c + phases[i]!)));
      },
      apply({ features, parameter }) {
        const line = matmul(features, parameter('uncertainty.weight')); // [B, F] → [B, 1]
        const u = reshape(line, { shape: [features.shape[0]!] });
        return { factor: exp(neg(u)), term: u };
      },
    };
  },
});

/** c_noise = ln(σ/α)/4, between the levels that float32 tells from clean and from pure noise. */
const noiseOf = (level: Level): number => Math.min(4, Math.max(-4, -logSnr(level) / 8));

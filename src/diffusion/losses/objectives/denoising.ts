import { square, sub } from '../../../graph/index.js';
import { defineObjective } from '../objective.js';
import { meanPerSample } from '../per-sample.js';
import { noiseIn, scoreFeeds } from '../score-graph.js';

/**
 * Denoising score matching, L = E w(σ)·σ²·‖s(x) + ε/σ‖² with x = α·x₀ + σ·ε: the mean of −ε/σ given x is the score of
 * the noised data, so both have the same minimiser. Vincent 2011, "A connection between score matching and denoising
 * autoencoders", Equation 9; over many levels, as noise-conditional score networks: Song & Ermon 2019,
 * arXiv:1907.05600, Equation 6, whose weight λ = σ² is `--weighting uniform` here.
 *
 * The same as `simple` where ε is predicted; other predictions are converted first.
 *
 * @example
 * import { denoisingScoreMatching } from 'langevin/diffusion';
 * denoisingScoreMatching().name; // → 'denoising'
 */
export const denoisingScoreMatching = defineObjective({
  name: 'denoising',
  options: {},
  prepare(given) {
    const { batch, feeds } = scoreFeeds('denoising', given);
    return { ...feeds, noise: batch.noise };
  },
  losses(graph) {
    const x = graph.fed('x');
    return { error: meanPerSample(square(sub(noiseIn(graph, x), graph.fed('noise')))), extra: null };
  },
});

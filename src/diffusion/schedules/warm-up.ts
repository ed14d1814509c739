import { number } from '../../core/options.js';
import { chainLength, rateCurves } from '../rate-curves.js';
import { defineSchedule, ramp } from '../schedule.js';

/**
 * β rises linearly over the first fraction w of the steps and then stays.
 *
 *   β(t) = 1000·(β₁ − (β₁ − β₀)·max(0, 1 − t/w)),
 *   B(t) = 1000·(β₁·t − (β₁ − β₀)·(u − u²/2w)),   u = min(t, w)
 *
 * Ho et al. 2020, arXiv:2006.11239 (their released code, "warmup10" and "warmup50": w = 0.1 and 0.5).
 *
 * @example
 * import { warmUp } from 'langevin/diffusion';
 * warmUp({ fraction: 0.5, betaStart: 0.01, betaEnd: 0.03 }).betas(6); // → [0.01, 0.02, 0.03, 0.03, 0.03, 0.03]
 */
export const warmUp = defineSchedule({
  name: 'warm-up',
  kind: 'variance-preserving',
  options: {
    fraction: number({ default: 0.1, min: 0, max: 1, help: 'Part of the steps over which β rises.' }),
    betaStart: number({ default: 0.0001, min: 0, max: 1, help: 'Noise variance added by the first training step.' }),
    betaEnd: number({ default: 0.02, min: 0, max: 1, help: 'Noise variance added by the last training step.' }),
  },
  curves({ fraction: w, betaStart, betaEnd }) {
    const d = betaEnd - betaStart;
    return rateCurves({
      rate: (t) => chainLength * (betaEnd - (t < w ? d * (1 - t / w) : 0)),
      total(t) {
        const u = Math.min(t, w);
        return chainLength * (betaEnd * t - (u === 0 ? 0 : d * (u - u ** 2 / (2 * w))));
      },
    });
  },
  betas(count, { fraction, betaStart, betaEnd }) {
    const rising = Math.floor(count * fraction);
    const rest = Array.from({ length: count - rising }, () => betaEnd);
    return [...ramp({ first: betaStart, last: betaEnd, count: rising }), ...rest];
  },
});

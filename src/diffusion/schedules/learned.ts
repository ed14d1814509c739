import { show, ToolkitError } from '../../core/errors.js';
import { number, text } from '../../core/options.js';
import { type GammaWeights, gamma } from '../gamma.js';
import { kinds } from '../kind.js';
import { defineSchedule } from '../schedule.js';

/**
 * A monotone schedule that was learned, or is to be: λ(t) = −γ(t) with the network γ of variational diffusion models.
 *
 *   α²(t) = 1/(1 + e^{γ(t)}),   σ²(t) = 1/(1 + e^{−γ(t)}),   f = −½·σ²·γ′
 *
 * Kingma et al. 2021, arXiv:2107.00630, Equation 3 and Appendix H. Without weights γ is a straight line, from which
 * learning starts. See `gamma` for the network, `gammaWeights` for weights to start from, `gammaGraph` for training.
 *
 * @example
 * import { gammaWeights, learned } from 'langevin/diffusion';
 * learned({ gammaMin: -8, gammaMax: 4 }).logSnr(0.5); // → 2
 * learned({ weights: JSON.stringify(gammaWeights(8)) }).logSnr(1); // → -5
 */
export const learned = defineSchedule({
  name: 'learned',
  kind: 'variance-preserving',
  options: {
    gammaMin: number({ default: -13.3, min: -40, max: 40, help: 'γ(0): minus the log-SNR at the data.' }),
    gammaMax: number({ default: 5, min: -40, max: 40, help: 'γ(1): minus the log-SNR at the end.' }),
    weights: text({
      default: null,
      placeholder: 'JSON',
      help: 'Weights of the network; a straight line when not set.',
    }),
  },
  curves({ gammaMin: min, gammaMax: max, weights }) {
    if (!(min < max)) {
      throw new ToolkitError(
        'bad-option',
        `learned: need gammaMin < gammaMax, got gammaMin = ${min}, gammaMax = ${max}.`,
      );
    }
    const { level } = kinds['variance-preserving'];
    const line = { value: (t: number): number => (1 - t) * min + t * max, slope: () => max - min };
    const { value, slope } = weights === null ? line : gamma({ weights: parse(weights), min, max });
    return {
      alpha: (t) => level(-value(t)).alpha,
      sigma: (t) => level(-value(t)).sigma,
      logSnr: (t) => -value(t),
      drift: (t) => -(level(-value(t)).sigma ** 2 * slope(t)) / 2,
    };
  },
});

const parts = ['slope', 'hiddenWeight', 'hiddenBias', 'outputWeight'] as const;

function parse(weights: string): GammaWeights<readonly number[]> {
  const wrong = (): ToolkitError =>
    new ToolkitError(
      'bad-option',
      `learned: weights must be JSON with lists of numbers ${parts.join(', ')}, got ${show(weights)}.`,
    );
  let value: Readonly<Record<string, unknown>> | null;
  try {
    value = JSON.parse(weights) as typeof value;
  } catch {
    throw wrong();
  }
  const numbers = (list: unknown): boolean =>
    Array.isArray(list) && list.length > 0 && list.every((entry) => Number.isFinite(entry));
  if (typeof value !== 'object' || value === null || !parts.every((part) => numbers(value[part]))) throw wrong();
  return value as unknown as GammaWeights<readonly number[]>;
}

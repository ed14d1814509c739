import { show, ToolkitError } from '../core/errors.js';

export interface TokenShiftOptions {
  /** Number of image tokens: of patches, that is. */
  readonly tokens: number;
  readonly baseTokens?: number;
  readonly maxTokens?: number;
  /** μ at `baseTokens`. */
  readonly baseShift?: number;
  /** μ at `maxTokens`. */
  readonly maxShift?: number;
}

/**
 * μ, the logarithm of the shift for a picture of that many tokens: a straight line through two sizes.
 *
 *   μ = μ₀ + (μ₁ − μ₀)·(n − n₀)/(n₁ − n₀)
 *
 * The dynamic shift of FLUX.1 (its released code), in the form of Esser et al. 2024, arXiv:2403.03206, Section 5.3.2.
 *
 * @example
 * import { tokenShift } from 'langevin/diffusion';
 * tokenShift({ tokens: 256 }); // → 0.5
 * tokenShift({ tokens: 4096 }); // → 1.15
 */
export function tokenShift(options: TokenShiftOptions): number {
  const { tokens, baseTokens = 256, maxTokens = 4096, baseShift = 0.5, maxShift = 1.15 } = options;
  if (!(baseTokens < maxTokens)) {
    throw new ToolkitError(
      'bad-option',
      `tokenShift: need baseTokens < maxTokens, got baseTokens = ${show(baseTokens)}, maxTokens = ${show(maxTokens)}.`,
    );
  }
  return baseShift + ((maxShift - baseShift) * (tokens - baseTokens)) / (maxTokens - baseTokens);
}

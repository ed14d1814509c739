import { roundHalfEven } from './descent.js';

/** How many training indices there are, and how many of them are wanted. */
export interface SpacingOptions {
  readonly total: number;
  readonly count: number;
}

/** The step that numpy's `arange` makes of one down from a start: the difference of the first two. */
export const strideFrom = (start: number, step: number): number => start - (start - step);

/**
 * The spacings of Lin et al. 2023, arXiv:2305.08891, Table 2, as lists of indices from noisy to clean. Products are taken
 * in the order of numpy's `arange` and `linspace`: where an index lies half-way between two, the last bit says which.
 */
export const indexSpacings = {
  /** ⌊N/count⌋ apart from `offset` up: the noisiest indices are left out. */
  leading: ({ total, count, offset = 0 }: SpacingOptions & { readonly offset?: number }): readonly number[] => {
    const stride = Math.floor(total / count);
    return Array.from({ length: count }, (_, i) => (count - 1 - i) * stride + offset);
  },
  /** N/count apart from N − 1 down. */
  trailing: ({ total, count }: SpacingOptions): readonly number[] => {
    const stride = strideFrom(total, total / count);
    return Array.from({ length: count }, (_, i) => roundHalfEven(total - i * stride) - 1);
  },
  /** Evenly from N − 1 to 0, whole or not. */
  linspace: ({ total, count }: SpacingOptions): readonly number[] => {
    const stride = (total - 1) / (count - 1);
    return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : i === 0 ? total - 1 : (count - 1 - i) * stride));
  },
} as const;

import { type Level, magnitude } from '../diffusion/level.js';

/**
 * How large the noise is that a walk starts from, by its noisiest level, which is the first:
 *
 *   magnitude    √(α² + σ²): as x is when the data has unit variance and is independent of the noise
 *   sigma        σ: the noise alone, as if the data had none
 *   unit         1: as networks of variance-preserving levels expect it, whatever the level says
 *
 * On variance-preserving levels the first and the last are the same. With α = 1 diffusers takes the second for linspace
 * and trailing steps and the first for leading ones (`init_noise_sigma`).
 */
export const starts = {
  magnitude,
  sigma: ({ sigma }: Level): number => sigma,
  unit: (): number => 1,
} as const;

export type StartName = keyof typeof starts;

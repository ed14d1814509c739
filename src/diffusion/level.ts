/**
 * One level of noise: x = α·clean + σ·noise.
 *
 * Both scales are kept, not only their ratio, so that pure noise (α = 0, the end of a zero-terminal-SNR or a flow
 * schedule) is as ordinary a level as any other, and so that a network trained on x needs no rescaling of x.
 * α = 1 everywhere is the (x, σ) notation of Karras et al. 2022.
 */
export interface Level {
  readonly alpha: number;
  readonly sigma: number;
}

/** The level without noise. */
export const cleanLevel: Level = Object.freeze({ alpha: 1, sigma: 0 });

/** SNR = α²/σ². */
export const snr = ({ alpha, sigma }: Level): number => (alpha / sigma) ** 2;

/** λ = ln α²/σ²: +∞ at the data, −∞ at pure noise. */
export const logSnr = ({ alpha, sigma }: Level): number => 2 * Math.log(alpha / sigma);

/** √(α² + σ²): the standard deviation of x when the data has unit variance. */
export const magnitude = ({ alpha, sigma }: Level): number => Math.hypot(alpha, sigma);

import type { Term } from '../core/space.js';
import { isNoisier, type Level } from '../diffusion/level.js';

/** One step as it landed, for those who change the path. */
export interface Landed<X> {
  /** Where the step started. */
  readonly x: X;
  readonly from: Level;
  readonly to: Level;
  /** Number of this step, and of all steps of the walk. */
  readonly index: number;
  readonly count: number;
  /** Where the sampler, and landings before this one, put x. */
  readonly landed: X;
  /** The clean value of the step, limited. */
  readonly denoised: X;
  /** The denoiser's own answer D(x; from), before the limit; `denoised` for samplers that never asked there. */
  readonly model: X;
  /** The limit alone; returns its argument where none was asked for. */
  limit(denoised: X): X;
  lincomb(...terms: readonly Term<X>[]): X;
  /** Unit Gaussian keyed by (seed, step, label), as a sampler's. */
  noise(label: string): X;
}

/**
 * A change of the path: what becomes of x after a step. Edits and guidance that are no denoiser are landings, and so
 * combine with every sampler and with each other.
 */
export type Landing<X> = (at: Landed<X>) => X | Promise<X>;

/** The same landing for steps towards the data alone: steps that add noise are left as they are. */
export const towardsData =
  <X>(landing: Landing<X>): Landing<X> =>
  (at) =>
    isNoisier(at.to, at.from) ? at.landed : landing(at);

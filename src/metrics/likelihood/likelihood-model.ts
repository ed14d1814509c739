import type { HostArray } from '../../core/host-array.js';
import type { Grid, Level } from '../../diffusion/index.js';

type Batch = HostArray<'float32'>;

/** A batch of noisy samples, each at a level of its own. */
export interface NoisyBatch {
  readonly x: Batch;
  /** One level a row. */
  readonly levels: readonly Level[];
  /** One label a row; null for a model without classes. */
  readonly labels: ArrayLike<number> | null;
}

export interface Denoised {
  /** E[x₀ | x], as the model says. */
  readonly denoised: Batch;
  /** What a network that learned variances says of them, as it says it; null for others. */
  readonly variance: Batch | null;
}

export interface Pulled {
  readonly denoised: Batch;
  /** vᵀ·∂D/∂x, row by row. */
  readonly product: Batch;
}

/** What likelihoods need of a diffusion model. A closed form serves as well as a network. */
export interface LikelihoodModel {
  /** The levels it was trained on: the steps of the bound, and the ends of the path of the ODE. */
  readonly grid: Grid;
  /** Rows that are computed together. */
  readonly batch: number;
  denoise(noisy: NoisyBatch): Promise<Denoised>;
  /** The denoised value, and its derivative along the probes v: the vector–Jacobian product. */
  pull(noisy: NoisyBatch, probes: Batch): Promise<Pulled>;
}

import type { HostArray, Shape } from '../../core/host-array.js';
import type { Tensor } from '../../graph/index.js';
import type { Level } from '../level.js';

/** What the head makes the loss of a batch out of. */
export interface HeadContext {
  /** The weighted error of each sample, [B]. */
  readonly errors: Tensor;
  /** `features(level)` of each sample, [B, F]. */
  readonly features: Tensor;
  /** The tensor of one of its parameters. */
  readonly parameter: (name: string) => Tensor;
}

/** Parameters of a loss: trained and saved with those of the network, but no part of the model. */
export interface LossHead {
  readonly parameters: ReadonlyMap<string, Shape>;
  /** Values at the start of training. */
  readonly initial: () => ReadonlyMap<string, HostArray<'float32'>>;
  /** Numbers in what it is told of a level. */
  readonly width: number;
  /** What it is told of a level. */
  readonly features: (level: Level) => ArrayLike<number>;
  /** The factor e^{−u} of each error and the term u beside it, both [B]. */
  readonly apply: (context: HeadContext) => { readonly factor: Tensor; readonly term: Tensor };
}

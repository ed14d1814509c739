import { type ConditionConfig, dataShape, type Network, type NetworkConfig, type ParamValues } from '../nn/index.js';
import type { Scheme } from '../sampling/index.js';

/** A trained diffusion model: network, numbers, and what is needed to sample from it. */
export interface DiffusionModel {
  readonly config: NetworkConfig;
  readonly network: Network;
  readonly values: ParamValues;
  readonly scheme: Scheme;
  /** Class names by label, or null for an unconditional model. The label after the last means "any class". */
  readonly classes: readonly string[] | null;
  /** What it can be told in the place of a class, see `bindConditions`; nothing for most. */
  readonly condition?: ConditionConfig | null;
  /** SHA-256 of the weights, for recipes; empty while training. */
  readonly hash: string;
}

/** [C, H, W] of one picture; a point [D] counts as a picture of one pixel. See `dataShape`. */
export function pictureShape({ config }: Pick<DiffusionModel, 'config'>): readonly [number, number, number] {
  const [channels = 0, height = 1, width = 1] = dataShape(config);
  return [channels, height, width];
}

/** Whether the samples of a model are points instead of pictures. */
export const isPointModel = ({ config }: Pick<DiffusionModel, 'config'>): boolean => dataShape(config).length === 1;

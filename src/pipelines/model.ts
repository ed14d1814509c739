import type { ParamValues, UNet2d, UNet2dConfig } from '../nn/index.js';
import type { Scheme } from '../sampling/index.js';

/** A trained diffusion model: network, numbers, and what is needed to sample from it. */
export interface DiffusionModel {
  readonly config: UNet2dConfig;
  readonly network: UNet2d;
  readonly values: ParamValues;
  readonly scheme: Scheme;
  /** Class names by label, or null for an unconditional model. The label after the last means "any class". */
  readonly classes: readonly string[] | null;
  /** SHA-256 of the weights, for recipes; empty while training. */
  readonly hash: string;
}

/** The label that stands for no class, where the model has one. */
export function nullLabel({ config, classes }: Pick<DiffusionModel, 'config' | 'classes'>): number | null {
  const rows = config.num_class_embeds;
  if (rows === null) return null;
  return classes && rows > classes.length ? classes.length : null;
}

/** [C, H, W] of one picture. */
export function pictureShape({ config }: Pick<DiffusionModel, 'config'>): readonly [number, number, number] {
  const side = config.sample_size ?? 32;
  const [height, width] = typeof side === 'number' ? [side, side] : (side as readonly [number, number]);
  return [config.in_channels, height, width];
}

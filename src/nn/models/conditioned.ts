import { ToolkitError } from '../../core/errors.js';
import { floats } from '../../core/host-array.js';
import { concat, constant, showType, type Tensor } from '../../graph/index.js';
import { type Context, inference } from '../context.js';
import { applyPart, defineLayer } from '../define-layer.js';
import { timeMlp } from '../layers/time-mlp.js';
import { type ConditionConfig, insideOf } from './condition-config.js';
import { isMlpConfig, type Network, type NetworkConfig, networkOf } from './network.js';
import { unet2d } from './unet-2d.js';
import { parseUnet2dConfig, type UNet2dConfig } from './unet-2d-config.js';

export interface ConditionedOptions {
  /** The network as the rest sees it; see `outsideOf`. */
  readonly config: UNet2dConfig;
  readonly condition: ConditionConfig;
}

export interface ConditionedInputs {
  readonly sample: Tensor;
  readonly timestep: Tensor;
  /** [B, K] for a vector, [B, C, H, W] for an image; nothing is told where it is left out. */
  readonly condition?: Tensor | undefined;
}

/** Where the parameters of the condition stand in the tree, beside those of the U-Net. */
export const conditionPrefix = 'condition.';

/** A U-Net that is told a vector of numbers or an image. */
export type Conditioned = ReturnType<typeof conditioned>;

/**
 * A U-Net that is told something beside the noise level: F(x, t, a) of a vector a, or F(x ‖ y, t) of an image y. Zeros tell
 * nothing: they are the null condition that guidance compares with.
 *
 *   vector:  e ← e_t + W₂·silu(W₁·a + b₁) + b₂,   in the place of a class embedding
 *   image:   the first convolution sees the channels of x and those of y
 *
 * Image: Saharia et al. 2022 (arXiv:2104.07636), Section 2.4, and Palette (arXiv:2111.05826). The U-Net inside is one that
 * diffusers loads; the two layers of a vector are a component of their own, `condition/` of the folder.
 *
 * @example
 * import { conditioned, countParams, parseConditionConfig, presetConfig } from 'langevin/nn';
 * const condition = parseConditionConfig({ name: 'image:colour', kind: 'image', width: 2 });
 * const network = conditioned({ config: presetConfig('tiny'), condition });
 * [network.config.in_channels, network.unet.in_channels]; // → [3, 5]
 */
export function conditioned({ config: given, condition }: ConditionedOptions) {
  const config = parseUnet2dConfig(given);
  if (config.num_class_embeds !== null || config.class_embed_type !== null) {
    throw new ToolkitError(
      'bad-config',
      `conditioned: a network is told ${condition.name} or classes, not both. Leave num_class_embeds and class_embed_type out.`,
    );
  }
  const unet = unet2d(insideOf(config, condition));
  const outFeatures = config.time_embedding_dim ?? 4 * config.block_out_channels[0]!;
  const embed = condition.kind === 'vector' ? timeMlp({ inFeatures: condition.width, outFeatures }) : null;
  const layer = defineLayer({
    params: { ...unet.params, condition: embed ? embed.params : null },
    apply(p, { sample, timestep, condition: told }: ConditionedInputs, context: Context = inference): Tensor {
      const shape = shapeOf(condition, sample);
      if (told && told.shape.join() !== shape.join()) {
        throw new ToolkitError(
          'shape-mismatch',
          `conditioned: ${condition.name} must be float32[${shape.join(', ')}], got ${showType(told)}.`,
        );
      }
      const value = told ?? constant(floats(shape));
      if (!embed) return applyPart(unet, p, { sample: concat(sample, value, { axis: 1 }), timestep }, context);
      const classLabels = embed.apply(p.condition as never, value); // [B, K] → [B, T]
      return applyPart(unet, p, { sample, timestep, classLabels }, context);
    },
  });
  return Object.freeze({ ...layer, config, condition, unet: unet.config });
}

/** [B, K], or [B, C, H, W] of the pictures. */
const shapeOf = ({ kind, width }: ConditionConfig, sample: Tensor): readonly number[] =>
  kind === 'vector' ? [sample.shape[0]!, width] : [sample.shape[0]!, width, ...sample.shape.slice(2)];

/** The network of a config, with the layers that take in what it is told where it is told something. */
export const networkTold = (config: NetworkConfig, condition: ConditionConfig | null = null): Network =>
  condition && !isMlpConfig(config) ? conditioned({ config, condition }) : networkOf(config);

/** The parameters of a conditioned network by the folder they are stored in, without the prefix. */
export function splitParams<T>(values: ReadonlyMap<string, T>): {
  readonly unet: Map<string, T>;
  readonly condition: Map<string, T>;
} {
  const [unet, condition] = [new Map<string, T>(), new Map<string, T>()];
  for (const [path, value] of values) {
    if (path.startsWith(conditionPrefix)) condition.set(path.slice(conditionPrefix.length), value);
    else unet.set(path, value);
  }
  return { unet, condition };
}

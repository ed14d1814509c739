import { ToolkitError } from '../../core/errors.js';
import { add, div, mul, reshape, showType, silu, sub, type Tensor } from '../../graph/index.js';
import { downBlocks, midBlock, upBlocks } from '../blocks/index.js';
import { type DownStage, quarterGroups, type StageOptions, type UpResult, type UpStage } from '../blocks/stage.js';
import { type Context, inference } from '../context.js';
import { applyPart, type BoundTree, defineLayer, type ParamTree } from '../define-layer.js';
import { conv2d } from '../layers/conv2d.js';
import { groupNorm } from '../layers/group-norm.js';
import { timeMlp } from '../layers/time-mlp.js';
import { addClass, conditioning } from './unet-2d-conditioning.js';
import { parseUnet2dConfig, type UNet2dConfig } from './unet-2d-config.js';

export interface UNet2dInputs {
  /** Noisy pictures [B, C, H, W]. */
  readonly sample: Tensor;
  /** Index of the training step, or the noise level σ for Fourier networks: float32 [B]. */
  readonly timestep: Tensor;
  /** Classes int64 [B]; numbers [B] for class_embed_type "timestep", vectors [B, T] for "identity". */
  readonly classLabels?: Tensor | undefined;
}

/** A network with the names, shapes and meaning of diffusers' `UNet2DModel`. */
export type UNet2d = ReturnType<typeof unet2d>;

/**
 * The U-Net of denoising diffusion: down through levels of residual blocks and attention, through the middle, and up
 * again with the states of the way down beside it. Ronneberger et al. 2015 (arXiv:1505.04597); Ho et al. 2020
 * (arXiv:2006.11239), Appendix B; as NCSN++ Song et al. 2021 (arXiv:2011.13456).
 *
 * Takes a diffusers config, complete or in part. Named taps: `conv_in`, `time_embedding`, `down_blocks.i`,
 * `mid_block` (the bottleneck or h-space of Kwon et al. 2023, arXiv:2210.10960), `up_blocks.i`.
 *
 * @example
 * import { countParams, unet2d } from 'langevin/nn';
 * countParams(unet2d({}).params); // → 274056163
 */
export function unet2d(given: Partial<UNet2dConfig> = {}) {
  const config = parseUnet2dConfig(given);
  const { block_out_channels: widths, norm_num_groups: groups, norm_eps: eps } = config;
  const first = widths[0]!;
  const timeFeatures = config.time_embedding_dim ?? 4 * first;

  const conv_in = conv2d({ inChannels: config.in_channels, outChannels: first });
  const condition = conditioning(config, timeFeatures);
  const time_embedding = timeMlp({ inFeatures: condition.features, outFeatures: timeFeatures });
  const down = downStages(config, timeFeatures);
  const mid = config.mid_block_type === null ? null : middle(config, timeFeatures);
  const up = upStages(config, timeFeatures);
  const conv_norm_out = groupNorm({ channels: first, groups: groups ?? quarterGroups(first), eps });
  const conv_out = conv2d({ inChannels: first, outChannels: config.out_channels });

  const layer = defineLayer({
    params: {
      conv_in: conv_in.params,
      time_proj: condition.projection.params,
      time_embedding: time_embedding.params,
      class_embedding: condition.classes ? condition.classes.params : null,
      down_blocks: down.map(({ params }) => params) as readonly ParamTree[],
      up_blocks: up.map(({ params }) => params) as readonly ParamTree[],
      mid_block: mid ? mid.params : null,
      conv_norm_out: conv_norm_out.params,
      conv_out: conv_out.params,
    },
    apply(p, inputs: UNet2dInputs, context: Context = inference): Tensor {
      checkInputs(config, inputs);
      const { timestep, classLabels: labels } = inputs;
      const picture = config.center_input_sample ? sub(mul(inputs.sample, 2), 1) : inputs.sample;

      const waves = applyPart(condition.projection, p.time_proj as BoundTree, timestep); // [B] → [B, F]
      const vector = time_embedding.apply(p.time_embedding, waves); // [B, F] → [B, T]
      const classed = addClass(condition, p, { vector, labels, kind: config.class_embed_type });
      const time = context.tap('time_embedding', classed);

      let x = context.tap('conv_in', conv_in.apply(p.conv_in, picture));
      const states = [x];
      let shrunk = picture;
      for (const [i, stage] of down.entries()) {
        const result = applyPart(stage, p.down_blocks[i]!, { x, time, picture: shrunk }, context);
        states.push(...result.states);
        shrunk = result.picture;
        x = context.tap(`down_blocks.${i}`, result.x);
      }
      if (mid && p.mid_block) x = context.tap('mid_block', mid.apply(p.mid_block, x, time, context));
      let painted: Tensor | null = null;
      for (const [i, stage] of up.entries()) {
        const own = states.splice(-(config.layers_per_block + 1));
        const result: UpResult = applyPart(stage, p.up_blocks[i]!, { x, time, states: own, picture: painted }, context);
        painted = result.picture;
        x = context.tap(`up_blocks.${i}`, result.x);
      }

      let y = conv_out.apply(p.conv_out, silu(conv_norm_out.apply(p.conv_norm_out, x)));
      if (painted) y = add(y, painted);
      // Fourier networks are told σ and estimate σ·score up to this division.
      return config.time_embedding_type === 'fourier' ? div(y, reshape(timestep, { shape: [-1, 1, 1, 1] })) : y;
    },
  });
  return Object.freeze({ ...layer, config });
}

type Common = Omit<StageOptions, 'inChannels' | 'outChannels' | 'layers' | 'resample' | 'resampleBy'>;

const common = (config: UNet2dConfig, timeFeatures: number): Common => ({
  timeFeatures,
  groups: config.norm_num_groups,
  eps: config.norm_eps,
  activation: config.act_fn,
  headDim: config.attention_head_dim,
  timeScaleShift: config.resnet_time_scale_shift,
  dropout: config.dropout,
});

function downStages(config: UNet2dConfig, timeFeatures: number): readonly DownStage[] {
  const widths = config.block_out_channels;
  return config.down_block_types.map((name, i) =>
    downBlocks.entries[name]({
      ...common(config, timeFeatures),
      inChannels: widths[Math.max(i - 1, 0)]!,
      outChannels: widths[i]!,
      layers: config.layers_per_block,
      resample: i < widths.length - 1,
      resampleBy: config.downsample_type,
      padding: config.downsample_padding,
    }),
  );
}

const middle = (config: UNet2dConfig, timeFeatures: number) =>
  midBlock({
    ...common(config, timeFeatures),
    channels: config.block_out_channels.at(-1)!,
    attention: config.add_attention,
    attentionGroups: config.attn_norm_num_groups,
    outputScale: config.mid_block_scale_factor,
  });

function upStages(config: UNet2dConfig, timeFeatures: number): readonly UpStage[] {
  const widths = [...config.block_out_channels].reverse();
  return config.up_block_types.map((name, i) =>
    upBlocks.entries[name]({
      ...common(config, timeFeatures),
      inChannels: widths[Math.min(i + 1, widths.length - 1)]!,
      outChannels: widths[i]!,
      previousChannels: widths[Math.max(i - 1, 0)]!,
      layers: config.layers_per_block + 1,
      resample: i < widths.length - 1,
      resampleBy: config.upsample_type,
    }),
  );
}

/** One sentence for a sample or a time of the wrong shape, before some convolution inside complains about it. */
function checkInputs(config: UNet2dConfig, { sample, timestep }: UNet2dInputs): void {
  const [B, C, H, W] = sample.shape;
  const factor = 2 ** (config.block_out_channels.length - 1);
  const fits = sample.shape.length === 4 && C === config.in_channels && H! % factor === 0 && W! % factor === 0;
  if (!fits) {
    throw new ToolkitError(
      'shape-mismatch',
      `unet2d: sample must be [B, ${config.in_channels}, H, W] with H and W multiples of ${factor}, got ${showType(sample)}.`,
    );
  }
  if (timestep.dtype !== 'float32' || timestep.shape.join() !== String(B)) {
    throw new ToolkitError('shape-mismatch', `unet2d: timestep must be float32[${B}], got ${showType(timestep)}.`);
  }
}

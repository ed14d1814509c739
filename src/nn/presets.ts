import { ToolkitError } from '../core/errors.js';
import { integer, number, type Resolved, resolve } from '../core/options.js';
import { defineRegistry } from '../core/registry.js';
import { parseUnet2dConfig, type UNet2dConfig } from './models/unet-2d-config.js';

interface Preset {
  /** Pictures it was sized for, in pixels. */
  readonly size: number;
  readonly widths: readonly number[];
  readonly layers: number;
  readonly groups: number;
  readonly headDim: number;
}

/**
 * U-Nets that train on a CPU in minutes to hours. Attention stands at the last level and in the middle; eight groups,
 * because the usual 32 would leave one channel in a group of the narrow ones. Parameters, unconditional on RGB:
 * tiny 0.05 M, mini 0.7 M, small 1.0 M, compact 2.7 M, medium 3.9 M, large 6.5 M.
 */
export const presets = defineRegistry('model preset', {
  tiny: { size: 8, widths: [8, 16], layers: 1, groups: 4, headDim: 8 },
  mini: { size: 16, widths: [32, 64], layers: 1, groups: 8, headDim: 32 },
  small: { size: 16, widths: [32, 64], layers: 2, groups: 8, headDim: 32 },
  compact: { size: 32, widths: [32, 64, 128], layers: 1, groups: 8, headDim: 32 },
  medium: { size: 32, widths: [32, 64, 128], layers: 2, groups: 8, headDim: 32 },
  large: { size: 32, widths: [64, 128, 128], layers: 2, groups: 8, headDim: 32 },
} satisfies Record<string, Preset>);

export type PresetName = keyof typeof presets.entries;

export const presetOptions = {
  size: integer({
    default: null,
    min: 4,
    max: 512,
    help: 'Height and width of the pictures; as the preset unless told.',
  }),
  channels: integer({ default: 3, min: 1, max: 16, help: 'Channels of the pictures.' }),
  classes: integer({
    default: 0,
    min: 0,
    max: 100000,
    help: 'Number of classes; one more row stands for "any". 0: none.',
  }),
  dropout: number({
    default: 0,
    min: 0,
    max: 0.9,
    help: 'Share of elements dropped in residual blocks while training.',
  }),
};

/**
 * The config of a named U-Net for pictures of some size. With classes, label number `classes` means "any class".
 *
 * @example
 * import { countParams, presetConfig, unet2d } from 'langevin/nn';
 * countParams(unet2d(presetConfig('small', { classes: 36 })).params); // → 1007619
 */
export function presetConfig(name: PresetName, given: Partial<Resolved<typeof presetOptions>> = {}): UNet2dConfig {
  const { widths, layers, groups, headDim, size: own }: Preset = presets.get(name);
  const { size, channels, classes, dropout } = resolve(`preset ${name}`, presetOptions, given);
  const factor = 2 ** (widths.length - 1);
  const sample_size = size ?? own;
  if (sample_size % factor !== 0) {
    throw new ToolkitError(
      'bad-option',
      `preset ${name}: size must be a multiple of ${factor}, got ${sample_size}. Choose ${Math.ceil(sample_size / factor) * factor}.`,
    );
  }
  const last = widths.length - 1;
  return parseUnet2dConfig({
    sample_size,
    in_channels: channels,
    out_channels: channels,
    block_out_channels: widths,
    layers_per_block: layers,
    down_block_types: widths.map((_, i) => (i === last ? 'AttnDownBlock2D' : 'DownBlock2D')),
    up_block_types: widths.map((_, i) => (i === 0 ? 'AttnUpBlock2D' : 'UpBlock2D')),
    attention_head_dim: headDim,
    norm_num_groups: groups,
    num_class_embeds: classes === 0 ? null : classes + 1,
    dropout,
  });
}

import { ToolkitError } from '../../core/errors.js';
import { activations } from '../activations.js';
import { downBlocks, upBlocks } from '../blocks/index.js';
import {
  type Config,
  formatConfig,
  listOf,
  oneOf,
  orNull,
  type ParseConfigOptions,
  parseConfig,
  real,
  truth,
  whole,
} from '../config.js';
import { isClassifierConfig } from './classifier-config.js';

const size = whole(1);

/** Every key of a diffusers `UNet2DModel` config with its default there. */
export const unet2dFields = {
  sample_size: orNull({
    default: 1 as number | readonly [number, number],
    accepts: (value) =>
      size.accepts(value) || (Array.isArray(value) && value.length === 2 && value.every(size.accepts)),
    expects: 'an integer ≥ 1, a pair of them',
  }),
  in_channels: whole(3),
  out_channels: whole(3),
  center_input_sample: truth(false),
  time_embedding_type: oneOf(['positional', 'fourier', 'learned'], 'positional'),
  time_embedding_dim: orNull(whole(1)),
  freq_shift: real(0, 0),
  flip_sin_to_cos: truth(true),
  down_block_types: listOf(oneOf(downBlocks.names, 'DownBlock2D'), [
    'DownBlock2D',
    'AttnDownBlock2D',
    'AttnDownBlock2D',
    'AttnDownBlock2D',
  ]),
  mid_block_type: orNull(oneOf(['UNetMidBlock2D'], 'UNetMidBlock2D'), 'UNetMidBlock2D'),
  up_block_types: listOf(oneOf(upBlocks.names, 'UpBlock2D'), [
    'AttnUpBlock2D',
    'AttnUpBlock2D',
    'AttnUpBlock2D',
    'UpBlock2D',
  ]),
  block_out_channels: listOf(size, [224, 448, 672, 896]),
  layers_per_block: whole(2),
  mid_block_scale_factor: real(1, Number.MIN_VALUE),
  downsample_padding: whole(1, 0),
  downsample_type: oneOf(['conv', 'resnet'], 'conv'),
  upsample_type: oneOf(['conv', 'resnet'], 'conv'),
  dropout: real(0, 0, 1),
  act_fn: oneOf(activations.names, 'silu'),
  attention_head_dim: orNull(size, 8),
  norm_num_groups: orNull(size, 32),
  attn_norm_num_groups: orNull(size),
  norm_eps: real(1e-5, 0),
  resnet_time_scale_shift: oneOf(['default', 'scale_shift'], 'default'),
  add_attention: truth(true),
  class_embed_type: orNull(oneOf(['timestep', 'identity'], 'timestep')),
  num_class_embeds: orNull(size),
  num_train_timesteps: orNull(size),
} as const;

export type UNet2dConfig = Config<typeof unet2dFields>;

const className = 'UNet2DModel';
const bad = (sentence: string): ToolkitError => new ToolkitError('bad-config', `${className} config: ${sentence}`);

/**
 * A complete, validated config out of a `config.json` or a part of one. Underscored keys are kept for writing back. Keys
 * that are not known are refused, or told to `ignored` and left out: newer releases of diffusers write keys that older
 * ones do not know.
 *
 * @example
 * import { parseUnet2dConfig } from 'langevin/nn';
 * parseUnet2dConfig({ block_out_channels: [32, 64, 64, 64] }).layers_per_block; // → 2
 */
export function parseUnet2dConfig(given: unknown, options: ParseConfigOptions = {}): UNet2dConfig {
  if (isClassifierConfig(given)) {
    throw new ToolkitError(
      'bad-config',
      `This config is of a classifier, which says what it sees and draws nothing; expected "${className}". Name a model that draws.`,
    );
  }
  const config = parseConfig(className, unet2dFields, modernised(given), options);
  const { block_out_channels: widths, down_block_types: down, up_block_types: up } = config;
  if (down.length !== widths.length || up.length !== widths.length) {
    throw bad(
      `block_out_channels, down_block_types and up_block_types must be equally long, got ${widths.length}, ${down.length} and ${up.length}.`,
    );
  }
  if (config.dropout === 1) throw bad('dropout must be below 1, got 1.');
  if (config.time_embedding_type === 'learned' && config.num_train_timesteps === null) {
    throw bad('time_embedding_type "learned" needs num_train_timesteps, got null.');
  }
  const halving = down.slice(0, -1).some((name) => halvesByConv(name, config.downsample_type));
  if (config.downsample_padding > 1 && halving) {
    throw bad(`downsample_padding must be 0 or 1, got ${config.downsample_padding}: no other halves a picture.`);
  }
  const frequencies = Math.floor(widths[0]! / 2);
  if (config.time_embedding_type === 'positional' && frequencies > 0 && config.freq_shift === frequencies) {
    throw bad(`freq_shift must not be the number of frequencies, half of the first width, got ${config.freq_shift}.`);
  }
  checkPictures(config);
  return config;
}

/** Blocks had `UNetRes` before their names in 2022, and null stood for the usual way of resampling, as in diffusers. */
function modernised(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  const rename = (name: unknown): unknown => (typeof name === 'string' ? name.replace(/^UNetRes/, '') : name);
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      if (/^(down|up)_block_types$/.test(key) && Array.isArray(value)) return [key, value.map(rename)];
      return [key, value === null && /^(down|up)sample_type$/.test(key) ? 'conv' : value];
    }),
  );
}

const halvesByConv = (name: string, downsample: string): boolean =>
  name === 'DownBlock2D' || (name === 'AttnDownBlock2D' && downsample === 'conv');

/** NCSN++ blocks hand pictures in three channels from level to level; those of the last level change none. */
function checkPictures({ down_block_types: down, up_block_types: up, in_channels, out_channels }: UNet2dConfig): void {
  const isSkip = (name: string): boolean => name.includes('Skip');
  const last = down.length - 1;
  const mixing = down.findLastIndex((name, i) => i < last && isSkip(name));
  const painting = up.findIndex((name, i) => i < last && isSkip(name));
  if ((mixing >= 0 && in_channels !== 3) || (painting >= 0 && out_channels !== 3)) {
    const name = mixing >= 0 ? down[mixing] : up[painting];
    throw bad(
      `${name} mixes in RGB pictures and needs in_channels and out_channels 3, got ${in_channels} and ${out_channels}.`,
    );
  }
  const unhalved = down.slice(0, Math.max(0, mixing)).find((name) => !isSkip(name));
  if (unhalved) throw bad(`${down[mixing]} takes its picture from the level before it, and ${unhalved} has none.`);
  const undoubled = painting < 0 ? undefined : up.slice(painting).find((name) => !isSkip(name));
  if (undoubled) throw bad(`${up[painting]} hands its picture to the level after it, and ${undoubled} takes none.`);
}

/** The text of `config.json`; what `parseUnet2dConfig` read comes back key for key. */
export const formatUnet2dConfig = (config: UNet2dConfig): string => formatConfig(className, config);

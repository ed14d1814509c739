import type { Tensor } from '../../graph/index.js';
import type { ParseConfigOptions } from '../config.js';
import type { Context } from '../context.js';
import type { BoundTree, ParamTree } from '../define-layer.js';
import { type Mlp, mlp } from './mlp.js';
import { formatMlpConfig, type MlpConfig, mlpClassName, parseMlpConfig } from './mlp-config.js';
import { type UNet2d, type UNet2dInputs, unet2d } from './unet-2d.js';
import { formatUnet2dConfig, parseUnet2dConfig, type UNet2dConfig } from './unet-2d-config.js';

export type NetworkConfig = UNet2dConfig | MlpConfig;

/**
 * What every denoising network takes: samples [B, …], times [B], labels where it has classes, and a condition where it is
 * told one; see `conditioned`.
 */
export type NetworkInputs = UNet2dInputs & { readonly condition?: Tensor | undefined };

/**
 * Any denoising network: a U-Net over pictures or an MLP over points. `apply` takes the bound form of the network's own
 * `params`, which the types of a network chosen at run time cannot say.
 */
export interface Network {
  readonly config: NetworkConfig;
  readonly params: ParamTree;
  apply(params: BoundTree, inputs: NetworkInputs, context?: Context): Tensor;
}

/** Whether a config is that of a network over points instead of pictures. */
export const isMlpConfig = (config: NetworkConfig): config is MlpConfig => 'hidden_features' in config;

/**
 * The config of a network out of its `config.json`, by the class it names; a U-Net where it names none. Keys of a U-Net
 * that are not known are refused, or told to `ignored` and left out.
 */
export const parseNetworkConfig = (given: unknown, options: ParseConfigOptions = {}): NetworkConfig => {
  const isMlp =
    typeof given === 'object' && given !== null && '_class_name' in given && given._class_name === mlpClassName;
  return isMlp ? parseMlpConfig(given) : parseUnet2dConfig(given, options);
};

/** The text of the `config.json` of a network. */
export const formatNetworkConfig = (config: NetworkConfig): string =>
  isMlpConfig(config) ? formatMlpConfig(config) : formatUnet2dConfig(config);

/** The network that a config describes. */
export const networkOf = (config: NetworkConfig): Mlp | UNet2d => (isMlpConfig(config) ? mlp(config) : unet2d(config));

/** [C, H, W] of one picture, or [D] of one point. A U-Net that names no size is shown 32 × 32. */
export function sampleShape(config: NetworkConfig): readonly number[] {
  if (isMlpConfig(config)) return [config.in_channels];
  const side = config.sample_size ?? 32;
  return [config.in_channels, ...(typeof side === 'number' ? [side, side] : (side as readonly [number, number]))];
}

/**
 * The shape of what is drawn, [C, H, W] or [D]. Networks that also say a variance have twice the outputs, self-conditioned
 * ones twice the inputs: the fewer of the two are the data's.
 */
export function dataShape(config: NetworkConfig): readonly number[] {
  const [, ...rest] = sampleShape(config);
  return [Math.min(config.in_channels, config.out_channels), ...rest];
}

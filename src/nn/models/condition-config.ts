import { ToolkitError } from '../../core/errors.js';
import { type Config, type Field, formatConfig, listOf, oneOf, orNull, parseConfig, whole } from '../config.js';
import type { UNet2dConfig } from './unet-2d-config.js';

const word: Field<string> = { default: '', accepts: (value) => typeof value === 'string', expects: 'text' };

const settings: Field<Readonly<Record<string, unknown>>> = {
  default: {},
  accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  expects: 'an object',
};

/** Every key of `condition/config.json` with its default. */
export const conditionFields = {
  /** What is told, by the name it has in the registry of conditions: `attributes`, `image:colour`. */
  name: word,
  options: settings,
  /** How it reaches the network: a vector joins the time, an image the channels. */
  kind: oneOf(['vector', 'image'], 'vector'),
  /** Numbers of the vector, or channels of the image. */
  width: whole(1),
  /** What each number of a vector says. */
  names: orNull(listOf(word, [])),
} as const;

/** What a model is told beside noise and time, other than classes: the content of `condition/config.json`. */
export type ConditionConfig = Config<typeof conditionFields>;

const className = 'LangevinCondition';

/** A complete, validated config out of a `condition/config.json` or a part of one. */
export function parseConditionConfig(given: unknown): ConditionConfig {
  const config = parseConfig(className, conditionFields, given);
  if (config.names !== null && config.names.length !== config.width) {
    throw new ToolkitError(
      'bad-config',
      `${className} config: names must be ${config.width}, one for each number, got ${config.names.length}.`,
    );
  }
  return config;
}

/** The text of `condition/config.json`. */
export const formatConditionConfig = (config: ConditionConfig): string => formatConfig(className, config);

/**
 * The config of the U-Net inside of a conditioned network: one that takes the vector as `class_labels` of type "identity",
 * or the image as further channels, as diffusers knows both. `insideOf` and `outsideOf` undo each other.
 */
export const insideOf = (config: UNet2dConfig, { kind, width }: ConditionConfig): UNet2dConfig =>
  kind === 'vector'
    ? { ...config, class_embed_type: 'identity', num_class_embeds: null }
    : { ...config, in_channels: config.in_channels + width };

/** The config of a conditioned network as the rest sees it: it takes pictures, and tells no classes apart by itself. */
export const outsideOf = (config: UNet2dConfig, { kind, width }: ConditionConfig): UNet2dConfig =>
  kind === 'vector' ? { ...config, class_embed_type: null } : { ...config, in_channels: config.in_channels - width };

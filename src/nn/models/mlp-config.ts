import { activations } from '../activations.js';
import { type Config, formatConfig, oneOf, orNull, parseConfig, real, whole } from '../config.js';

/**
 * Every key of the config of an `mlp`: a model format of Langevin's own, because diffusers has no network for data
 * that is not pictures. The words are those of diffusers where it has them.
 *
 * - `in_channels`, `out_channels`: numbers in a sample, and in what is predicted of it;
 * - `hidden_features`, `num_blocks`: width and number of the residual blocks;
 * - `position_frequencies`: waves 2^k·π/2, k = 0, 1, …, by which every coordinate is described besides itself;
 * - `time_embedding_type`: `positional` for the number of a training step, `fourier` for a noise level σ > 0;
 * - `time_features`: waves of the time; `num_class_embeds`: labels, with one more than classes for "any", or null.
 */
export const mlpFields = {
  in_channels: whole(2),
  out_channels: whole(2),
  hidden_features: whole(96),
  num_blocks: whole(3),
  position_frequencies: whole(5, 0),
  time_embedding_type: oneOf(['positional', 'fourier'], 'positional'),
  time_features: whole(64, 2),
  act_fn: oneOf(activations.names, 'silu'),
  dropout: real(0, 0, 0.99),
  num_class_embeds: orNull(whole(1)),
} as const;

export type MlpConfig = Config<typeof mlpFields>;

/** What `_class_name` says in the `config.json` of an `mlp`. */
export const mlpClassName = 'LangevinMLPModel';

/**
 * A complete, validated config out of a `config.json` or a part of one. Underscored keys are kept for writing back.
 *
 * @example
 * import { parseMlpConfig } from 'langevin/nn';
 * parseMlpConfig({ num_blocks: 2 }).hidden_features; // → 96
 */
export const parseMlpConfig = (given: unknown): MlpConfig => parseConfig(mlpClassName, mlpFields, given);

/** The text of `config.json`; what `parseMlpConfig` read comes back key for key. */
export const formatMlpConfig = (config: MlpConfig): string => {
  const { _diffusers_version: _, ...own } = JSON.parse(formatConfig(mlpClassName, config)) as Record<string, unknown>;
  return `${JSON.stringify(own, null, 2)}\n`; // no version of diffusers: it does not know this class
};

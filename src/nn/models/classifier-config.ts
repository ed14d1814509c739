import { ToolkitError } from '../../core/errors.js';
import { type Config, formatConfig, listOf, oneOf, orNull, parseConfig, real, truth, whole } from '../config.js';

/** Every key of a classifier's config with its default. */
export const classifierFields = {
  /** Side of the pictures it was trained on; others work too. */
  sample_size: orNull(whole(1)),
  in_channels: whole(3),
  /** Number of outputs: classes, or attributes. */
  num_classes: whole(10),
  /** What the outputs are: one class of several, to be put through a softmax, or attributes, each through a sigmoid. */
  target: oneOf(['class', 'attributes'], 'class'),
  block_out_channels: listOf(whole(1), [32, 64, 128]),
  layers_per_block: whole(1),
  norm_num_groups: whole(8),
  norm_eps: real(1e-5, 0),
  /** Length of the vector before the last layer. */
  num_features: whole(256),
  /** Share of that vector dropped while training. */
  dropout: real(0, 0, 1),
  /** Whether it is told the noise level of what it sees. */
  noise_conditional: truth(false),
} as const;

export type ClassifierConfig = Config<typeof classifierFields>;

const className = 'LangevinClassifier';

/**
 * A complete, validated config out of a `config.json` or a part of one.
 *
 * @example
 * import { parseClassifierConfig } from 'langevin/nn';
 * parseClassifierConfig({ num_classes: 36 }).num_features; // → 256
 */
export function parseClassifierConfig(given: unknown): ClassifierConfig {
  const config = parseConfig(className, classifierFields, given);
  const { block_out_channels: widths, norm_num_groups: groups } = config;
  const odd = widths.find((width) => width % groups !== 0);
  if (odd !== undefined) {
    throw new ToolkitError(
      'bad-config',
      `${className} config: norm_num_groups must divide every width, got ${groups} groups and a width of ${odd}.`,
    );
  }
  if (config.dropout === 1) {
    throw new ToolkitError('bad-config', `${className} config: dropout must be below 1, got 1.`);
  }
  return config;
}

/** The text of `config.json`; what `parseClassifierConfig` read comes back key for key. */
export const formatClassifierConfig = (config: ClassifierConfig): string => formatConfig(className, config);

/** Whether the content of some `config.json` is that of a classifier. */
export const isClassifierConfig = (given: unknown): boolean =>
  typeof given === 'object' && given !== null && (given as { _class_name?: unknown })._class_name === className;

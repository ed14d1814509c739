import { key } from '../src/core/random.js';
import { classifier, initialise, presetConfig, unet2d } from '../src/nn/index.js';
import type { ClassifierModel, DiffusionModel } from '../src/pipelines/index.js';
import type { Scheme } from '../src/sampling/index.js';

/** The scheme of models that are trained here. */
export const usualScheme: Scheme = {
  grid: { schedule: 'cosine', options: {}, count: 1000, zeroTerminalSnr: false },
  prediction: 'v',
  steps: { name: 'trailing', options: { end: 'clean', landing: 'stride' } },
  sampler: { name: 'ddim', options: { eta: 0, direction: 'model' } },
  limit: { name: 'clip', options: { range: 1 } },
};

/** An untrained 8×8 model of random weights; with classes, one more label than classes means "any". */
export function tinyModel({ classes = 0, seed = 1 } = {}): DiffusionModel {
  const config = presetConfig('tiny', { classes });
  const network = unet2d(config);
  return {
    config,
    network,
    values: initialise(network.params, key(seed)),
    scheme: usualScheme,
    classes: classes === 0 ? null : Array.from({ length: classes }, (_, i) => `class ${i}`),
    hash: '',
  };
}

/** An untrained noise-aware classifier of the same classes. */
export function tinyClassifier({ classes = 3, seed = 5 } = {}): ClassifierModel {
  const network = classifier({
    ...{ in_channels: 3, num_classes: classes, block_out_channels: [8], num_features: 8, norm_num_groups: 4 },
    noise_conditional: true,
  });
  return {
    network,
    values: initialise(network.params, key(seed)),
    classes: Array.from({ length: classes }, (_, i) => `class ${i}`),
    scheme: usualScheme,
    hash: '',
  };
}

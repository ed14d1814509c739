import { ToolkitError } from '../core/errors.js';
import { floats, type HostArray } from '../core/host-array.js';
import { key } from '../core/random.js';
import { initialise, isMlpConfig, networkTold, type ParamValues, zeroInit } from '../nn/index.js';
import type { DiffusionModel } from './model.js';

/**
 * A model with more residual blocks in every level of its U-Net that draws what it drew before, as the start of further
 * training: h + f(h) with f = 0 at first. Chen et al. 2016 (arXiv:1511.05641), Net2DeeperNet.
 *
 * On the way down new blocks come last of their level, where widths do not change; on the way up they come after the first
 * and see [h, state], so they begin with the shortcut [I, 0]. Blocks that were there then see the numbers they saw, and
 * outputs are the same but for the order of sums.
 *
 * @param layers `layers_per_block` of the result, at least that of the model.
 * @throws bad-model where the network is not a U-Net or has levels of NCSN++, whose shortcuts are scaled; bad-option where
 *   `layers` is fewer than it has.
 *
 * @example
 * import { initialise, networkOf, presetConfig } from 'langevin/nn';
 * import { deepen } from 'langevin/pipelines';
 * import { key } from 'langevin/core';
 * const config = presetConfig('tiny');
 * const network = networkOf(config);
 * const scheme = {
 *   grid: { schedule: 'cosine', options: {}, count: 1000, zeroTerminalSnr: false },
 *   prediction: 'v',
 *   steps: { name: 'trailing' },
 *   sampler: { name: 'ddim' },
 *   limit: null,
 * } as const;
 * const values = initialise(network.params, key(0));
 * const model = { config, network, values, scheme, classes: null, hash: '' };
 * deepen(model, 3).config.layers_per_block; // → 3
 */
export function deepen(model: DiffusionModel, layers: number): DiffusionModel {
  const { config: given, condition = null, values: old } = model;
  if (isMlpConfig(given)) throw new ToolkitError('bad-model', 'deepen: this model is no U-Net, so it has no levels.');
  const odd = [...given.down_block_types, ...given.up_block_types].find((type) => type.includes('Skip'));
  if (odd !== undefined) {
    throw new ToolkitError('bad-model', `deepen: ${odd} scales its shortcuts, so no block in it can begin as nothing.`);
  }
  const before = given.layers_per_block;
  if (!(Number.isInteger(layers) && layers >= before)) {
    throw new ToolkitError(
      'bad-option',
      `deepen: layers must be an integer ≥ ${before}, what the model has, got ${layers}.`,
    );
  }
  if (layers === before) return model;
  const config = { ...given, layers_per_block: layers };
  const network = networkTold(config, condition);
  const fresh = zeroInit(initialise(network.params, key(0)), branchEnds);
  const kept = new Map([...old].map(([path, value]) => [moved(path, layers - before), value]));
  const values: ParamValues = new Map(
    [...fresh].map(([path, value]) => [path, kept.get(path) ?? (shortcut.test(path) ? passing(value) : value)]),
  );
  return { ...model, config, network, values };
}

/** Where the branches of residual blocks and of attention end. */
const branchEnds = /\.(conv2|to_out\.0)\.(weight|bias)$/;

const shortcut = /\.conv_shortcut\.(weight|bias)$/;

/** The path of a parameter in the deeper network: on a way up all but the first block make room for `more` of them. */
function moved(path: string, more: number): string {
  return path.replace(
    /^(up_blocks\.\d+\.(?:resnets|attentions)\.)([1-9]\d*)/,
    (_, level: string, index: string) => `${level}${Number(index) + more}`,
  );
}

/** The 1 × 1 convolution [O, I, 1, 1] that passes on the first O of I channels, or its bias of 0. */
function passing({ shape, data }: HostArray<'float32'>): HostArray<'float32'> {
  const [outputs = 0, inputs = 0] = shape;
  const one = (i: number): boolean => inputs > 0 && Math.floor(i / inputs) === i % inputs && i < outputs * inputs;
  return floats(shape, shape.length === 1 ? new Float32Array(outputs) : data.map((_, i) => (one(i) ? 1 : 0)));
}

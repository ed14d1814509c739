import { show, ToolkitError } from '../core/errors.js';
import { floats, type HostArray } from '../core/host-array.js';
import { isMlpConfig, type NetworkConfig, networkTold, type ParamValues } from '../nn/index.js';
import { nullLabel } from './labels.js';
import type { DiffusionModel } from './model.js';

export interface RetargetOptions {
  /** The classes it is to tell apart; null for none. */
  readonly classes: readonly string[] | null;
  /** Height and width of the pictures; as before unless told. */
  readonly size?: number;
  /** Share of elements dropped while it is trained; as before unless told. */
  readonly dropout?: number;
}

/** The names of what a class is told by, and of what a network adds it to. */
const names = { classes: 'class_embedding.weight', bias: 'time_embedding.linear_2.bias' } as const;

/**
 * A model with other classes or another size that draws what it drew before, as the start of fine-tuning: a class keeps
 * its vector by its name, a new one begins as "any class", and what "any class" said stays said where classes are left out.
 * Of a model that never was told "any class" the mean of its classes stands for it.
 *
 * With e(t) the time's vector and c_k the class's, a network sees e(t) + c_k: a model without classes is one whose c_k are
 * all 0, and leaving classes out puts c_any into the bias of e. So outputs are the same, number by number or nearly so.
 *
 * @throws bad-model where a network is told anything else than whole classes in their place.
 *
 * @example
 * import { initialise, networkOf, presetConfig } from 'langevin/nn';
 * import { retarget } from 'langevin/pipelines';
 * import { key } from 'langevin/core';
 * const config = presetConfig('tiny', { classes: 2 });
 * const network = networkOf(config);
 * const scheme = {
 *   grid: { schedule: 'cosine', options: {}, count: 1000, zeroTerminalSnr: false },
 *   prediction: 'v',
 *   steps: { name: 'trailing' },
 *   sampler: { name: 'ddim' },
 *   limit: null,
 * } as const;
 * const values = initialise(network.params, key(0));
 * const model = { config, network, values, scheme, classes: ['cat', 'dog'], hash: '' };
 * const other = retarget(model, { classes: ['dog', 'fox', 'owl'] });
 * [other.classes, other.config.num_class_embeds]; // → [['dog', 'fox', 'owl'], 4]
 */
export function retarget(model: DiffusionModel, { classes, size, dropout }: RetargetOptions): DiffusionModel {
  const { condition = null } = model;
  const given = model.config;
  if (condition && classes) {
    throw new ToolkitError('bad-model', `retarget: this model is told ${condition.name}, and not classes as well.`);
  }
  if (!condition && !isMlpConfig(given) && given.class_embed_type !== null) {
    const kind = show(given.class_embed_type);
    throw new ToolkitError('bad-model', `retarget: this model is told classes as ${kind}, and has no vector for each.`);
  }
  const num_class_embeds = classes && classes.length + 1;
  const config = {
    ...given,
    num_class_embeds,
    ...(dropout !== undefined && { dropout }),
    ...(size !== undefined && !isMlpConfig(given) && { sample_size: size }),
  } as NetworkConfig;
  const network = networkTold(config, condition);
  return { ...model, config, network, classes, values: valuesFor(model, classes), hash: '' };
}

function valuesFor(model: DiffusionModel, classes: readonly string[] | null): ParamValues {
  const { [names.classes]: table, ...rest } = Object.fromEntries(model.values);
  const bias = rest[names.bias]!;
  const width = bias.shape[0]!;
  const any = table ? anyClass(table, nullLabel(model)) : new Float32Array(width);
  if (!classes) {
    const moved = floats(
      bias.shape,
      bias.data.map((b, i) => b + any[i]!),
    );
    return new Map(Object.entries(table ? { ...rest, [names.bias]: moved } : rest));
  }
  const known = (name: string): number => (table && model.classes ? model.classes.indexOf(name) : -1);
  const rows = [...classes.map(known), -1].map((row) => (row < 0 ? any : rowOf(table!, row)));
  const data = Float32Array.from(rows.flatMap((row) => [...row]));
  return new Map(Object.entries({ ...rest, [names.classes]: floats([rows.length, width], data) }));
}

const rowOf = ({ shape, data }: HostArray<'float32'>, row: number): Float32Array =>
  data.subarray(row * shape[1]!, (row + 1) * shape[1]!);

/** The vector of "any class", or the mean of all where there is none. */
function anyClass(table: HostArray<'float32'>, label: number | null): Float32Array {
  if (label !== null) return rowOf(table, label);
  const [count = 0, width = 0] = table.shape;
  const mean = (i: number): number =>
    Array.from({ length: count }, (_, row) => table.data[row * width + i]!).reduce((a, b) => a + b, 0) / count;
  return Float32Array.from({ length: width }, (_, i) => mean(i));
}

import { ToolkitError } from '../../core/errors.js';
import { concatRows, floats, type HostArray, sizeOf } from '../../core/host-array.js';
import { constant, gather, reshape } from '../../graph/index.js';
import type { Network } from '../../nn/index.js';
import type { DiffusionModel } from '../model.js';

/** One thing to tell a model: its value, [1, K] or [1, C, H, W], and what it is called. */
export interface Asked {
  readonly name: string;
  readonly value: HostArray<'float32'>;
}

/**
 * A model that is told a vector or an image, as a model with classes: label i tells it the i-th of some values, and the label
 * after the last tells it nothing. So everything that is made for classes (guidance, negatives, composition, edits,
 * inversion) works for every condition.
 */
export function bindConditions(model: DiffusionModel, asked: readonly Asked[]): DiffusionModel {
  const { condition, network } = model;
  if (!condition) {
    throw new ToolkitError('bad-option', 'bindConditions: this model is told nothing but classes. Use its labels.');
  }
  if (asked.length === 0)
    throw new ToolkitError('bad-option', 'bindConditions: there is nothing to tell. Give a value.');
  const values = asked.map(({ value }) => value);
  const shape = values[0]!.shape.slice(1);
  const odd = asked.find(
    ({ value }) => value.shape[1] !== condition.width || value.shape.slice(1).join() !== shape.join(),
  );
  if (odd) {
    throw new ToolkitError(
      'shape-mismatch',
      `bindConditions: ${condition.name} is told as ${condition.width} numbers or channels, got [${odd.value.shape.join(', ')}] for "${odd.name}".`,
    );
  }
  const rows = concatRows([...values, floats([1, ...shape])]);
  const table = floats([rows.shape[0]!, sizeOf(shape)], rows.data);
  const told: Network = {
    config: { ...network.config, num_class_embeds: asked.length + 1 },
    params: network.params,
    apply(params, { classLabels, ...inputs }, context) {
      if (!classLabels) return network.apply(params, inputs, context);
      const flat = gather(constant(table), classLabels); // int64 [B] → [B, K] or [B, C·H·W]
      return network.apply(params, { ...inputs, condition: reshape(flat, { shape: [-1, ...shape] }) }, context);
    },
  };
  return { ...model, network: told, config: told.config, classes: asked.map(({ name }) => name), condition: null };
}

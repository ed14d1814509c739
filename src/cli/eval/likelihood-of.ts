import { input } from '../../graph/index.js';
import { type NetworkInputs, networkLikelihood } from '../../metrics/index.js';
import { type BoundTree, bindParams, sampleShape } from '../../nn/index.js';
import type { DiffusionModel } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { assemble } from '../../sampling/index.js';

export interface LikelihoodOfOptions {
  readonly model: DiffusionModel;
  readonly runtime: Runtime;
  readonly batch: number;
}

/** A trained model as one whose likelihood can be measured. */
export function likelihoodOf({ model, runtime, batch }: LikelihoodOfOptions) {
  const { network, values, config, scheme } = model;
  const { grid, precondition } = assemble(scheme);
  const params = bindParams(network.params, (path, { shape }) => input(path, shape)) as BoundTree;
  return networkLikelihood({
    apply: (inputs: NetworkInputs) => network.apply(params, inputs),
    constants: Object.fromEntries(values),
    ...{ grid, precondition, runtime, batch },
    shape: sampleShape(config),
    conditional: config.num_class_embeds !== null,
  });
}

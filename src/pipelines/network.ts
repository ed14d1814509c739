import { floats, type HostArray } from '../core/host-array.js';
import { concat, constant, optimize, type Tensor } from '../graph/index.js';
import type { Runtime } from '../runtime/index.js';
import { batchRun, networkInputs } from './batch-run.js';
import type { DiffusionModel } from './model.js';

/**
 * Runs the network on whole batches at one noise level: x [n, C, H, W] or [n, D]. What comes back has twice the channels
 * where the network also says a variance.
 */
export interface BatchNetwork extends Disposable {
  /** Rows computed together; runs of several questions about them take multiples. */
  readonly batch: number;
  /** `labels` has one entry a row; null for an unconditional model. */
  run(x: HostArray<'float32'>, cNoise: number, labels: readonly number[] | null): Promise<HostArray<'float32'>>;
}

export interface BatchNetworkOptions {
  readonly model: Pick<DiffusionModel, 'config' | 'network' | 'values'>;
  readonly runtime: Runtime;
  readonly batch: number;
}

/** A model for batches of one size, its weights built in; see `batchRun`. */
export function batchNetwork({ model, runtime, batch }: BatchNetworkOptions): BatchNetwork {
  const network = batchRun({
    ...{ runtime, batch, conditional: isConditional(model) },
    graph: ([size = 0]) => graphOf(model, size),
    constants: Object.fromEntries(model.values),
  });
  return {
    batch,
    run: async (x, cNoise, labels) => (await network.run({ x, cNoise, labels }))['out']!,
    [Symbol.dispose]: () => network[Symbol.dispose](),
  };
}

/** Whether a network is told labels. */
export const isConditional = ({ config }: Pick<DiffusionModel, 'config'>): boolean => config.num_class_embeds !== null;

/** x, t and, for conditional models, class_labels → out, for one number of rows. */
function graphOf(model: Pick<DiffusionModel, 'config' | 'network'>, size: number) {
  const { params, inputs } = networkInputs(model, size);
  const apply = (sample: Tensor): Tensor => model.network.apply(params, { ...inputs, sample });
  return optimize({
    outputs: { out: isSelfConditioned(model) ? shownItsAnswer(apply, inputs.sample) : apply(inputs.sample) },
  });
}

/** Whether the network sees x and its own answer to x. */
export const isSelfConditioned = ({ config }: Pick<DiffusionModel, 'config'>): boolean =>
  config.in_channels === 2 * config.out_channels;

/**
 * F(x ‖ F(x ‖ 0)): the answer is asked for at the very level it is shown at, as in training, so that nothing has to be
 * remembered from step to step. Chen et al. 2023 (arXiv:2208.04202), Section 3.2, show the answer of the step before.
 */
function shownItsAnswer(apply: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const first = apply(concat(x, constant(floats(x.shape)), { axis: 1 }));
  return apply(concat(x, first, { axis: 1 }));
}

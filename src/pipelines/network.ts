import { floats, type HostArray, int64s, rows } from '../core/host-array.js';
import { concat, constant, input, optimize, type Tensor } from '../graph/index.js';
import { bindParams, dataShape } from '../nn/index.js';
import type { Executable, Runtime } from '../runtime/index.js';
import type { DiffusionModel } from './model.js';

/**
 * Runs the network on whole batches at one noise level: x [n, C, H, W] or [n, D] for n up to the compiled batch. What
 * comes back has twice the channels where the network also says a variance.
 */
export interface BatchNetwork extends Disposable {
  readonly batch: number;
  /** `labels` has one entry a row; null for an unconditional model. */
  run(x: HostArray<'float32'>, cNoise: number, labels: readonly number[] | null): Promise<HostArray<'float32'>>;
}

export interface BatchNetworkOptions {
  readonly model: Pick<DiffusionModel, 'config' | 'network' | 'values'>;
  readonly runtime: Runtime;
  readonly batch: number;
}

/** Compiles a model for one batch size, its weights built in. Smaller batches are filled up and cut again. */
export async function batchNetwork({ model, runtime, batch }: BatchNetworkOptions): Promise<BatchNetwork> {
  const conditional = model.config.num_class_embeds !== null;
  const params = bindParams(model.network.params, (path, { shape }) => input(path, shape));
  const labels = conditional ? { classLabels: input('class_labels', [batch], 'int64') } : {};
  const shape = [batch, ...dataShape(model.config)];
  const timestep = input('t', [batch]);
  const apply = (sample: Tensor): Tensor => model.network.apply(params, { sample, timestep, ...labels });
  const out = isSelfConditioned(model) ? shownItsAnswer(apply, input('x', shape)) : apply(input('x', shape));
  const constants = Object.fromEntries(model.values);
  const executable: Executable = await runtime.compile(optimize({ outputs: { out } }), { constants });
  return {
    batch,
    async run(x, cNoise, given) {
      const count = x.shape[0]!;
      const filled = count === batch ? x : floats(shape, filledTo(x.data, batch * (x.data.length / count)));
      const feeds = {
        x: filled,
        t: floats([batch], new Float32Array(batch).fill(cNoise)),
        ...(conditional && {
          class_labels: int64s(
            [batch],
            Array.from({ length: batch }, (_, i) => given?.[i] ?? 0),
          ),
        }),
      };
      const result = (await executable.run(feeds))['out'] as HostArray<'float32'>;
      return count === batch ? result : rows(result, 0, count);
    },
    [Symbol.dispose]: () => executable.close(),
  };
}

/** Whether the network sees x and its own answer to x. */
const isSelfConditioned = ({ config }: Pick<DiffusionModel, 'config'>): boolean =>
  config.in_channels === 2 * config.out_channels;

/**
 * F(x ‖ F(x ‖ 0)): the answer is asked for at the very level it is shown at, as in training, so that nothing has to be
 * remembered from step to step. Chen et al. 2023 (arXiv:2208.04202), Section 3.2, show the answer of the step before.
 */
function shownItsAnswer(apply: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const first = apply(concat(x, constant(floats(x.shape)), { axis: 1 }));
  return apply(concat(x, first, { axis: 1 }));
}

function filledTo(data: Float32Array, length: number): Float32Array {
  const out = new Float32Array(length);
  out.set(data);
  return out;
}

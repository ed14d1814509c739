import { ToolkitError } from '../core/errors.js';
import type { HostArray } from '../core/host-array.js';
import type { Space } from '../core/space.js';
import type { Precondition } from '../diffusion/index.js';
import { grad, input, optimize, slice } from '../graph/index.js';
import type { Runtime } from '../runtime/index.js';
import type { Pullback } from '../sampling/index.js';
import { batchRun, networkInputs } from './batch-run.js';
import type { DiffusionModel } from './model.js';
import { isConditional } from './network.js';

type Batch = HostArray<'float32'>;

export interface DenoiserPullbackOptions {
  readonly model: Pick<DiffusionModel, 'config' | 'network' | 'values'>;
  readonly runtime: Runtime;
  /** Rows computed together. */
  readonly batch: number;
  readonly precondition: Precondition;
  readonly space: Space<Batch>;
}

/** Vector–Jacobian products of one model, for the labels they are asked about. */
export interface DenoiserPullbacks extends Disposable {
  (labels: readonly number[] | null): Pullback<Batch>;
}

/**
 * Jᵀ·v of the denoiser of a model at (x; level), J = ∂D/∂x, for edits and guidance that follow a gradient:
 *
 *   D = c_skip·x + c_out·F(c_in·x; c_noise)   ⟹   Jᵀ·v = c_skip·v + c_in·c_out·F′ᵀ·v
 *
 * F′ᵀ is reverse mode over the graph of the network, compiled when first asked, once for each multiple of `batch`. About
 * three times the work of the denoiser. A second output, for the variance of a step, is left alone.
 */
export function denoiserPullback(options: DenoiserPullbackOptions): DenoiserPullbacks {
  const { model, runtime, batch, precondition, space } = options;
  const { config } = model;
  if (config.in_channels === 2 * config.out_channels) {
    throw new ToolkitError(
      'no-gradient',
      'denoiserPullback: this network is shown its own answer, and the derivative through both is not made. ' +
        'Take an edit without gradients, for example repaint.',
    );
  }
  const network = batchRun({
    ...{ runtime, batch, conditional: isConditional(model) },
    graph: ([size = 0]) => pullbackGraph(model, size),
    constants: Object.fromEntries(model.values),
  });
  const pullback =
    (labels: readonly number[] | null): Pullback<Batch> =>
    async (x, level, v) => {
      const { cSkip, cOut, cIn, cNoise } = precondition(level);
      const shown = cIn === 1 ? x : space.lincomb([cIn, x]);
      const { dx } = await network.run({ x: shown, cNoise, labels }, { v });
      return space.lincomb([cSkip, v], [cIn * cOut, dx!]);
    };
  return Object.assign(pullback, { [Symbol.dispose]: () => network[Symbol.dispose]() });
}

/** x, t, class_labels and the cotangent v of the prediction → dx = F′ᵀ·v, for one number of rows. */
function pullbackGraph(model: Pick<DiffusionModel, 'config' | 'network'>, size: number) {
  const { params, inputs } = networkInputs(model, size);
  const out = model.network.apply(params, inputs);
  const v = input('v', inputs.sample.shape);
  const { in_channels, out_channels } = model.config;
  const half = { axes: [1], starts: [0], ends: [in_channels] };
  const prediction = out_channels === 2 * in_channels ? slice(out, half) : out;
  const [dx] = grad(prediction, [inputs.sample], v);
  return optimize({ outputs: { dx: dx! } });
}

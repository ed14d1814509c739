import { ToolkitError } from '../core/errors.js';
import { floats, type HostArray } from '../core/host-array.js';
import type { Space } from '../core/space.js';
import type { Precondition } from '../diffusion/index.js';
import { grad, input, logSoftmax, mul, neg, optimize, softplus } from '../graph/index.js';
import { bindParams } from '../nn/index.js';
import type { Runtime } from '../runtime/index.js';
import { assemble, type Gradient } from '../sampling/index.js';
import { batchRun } from './batch-run.js';
import type { ClassifierModel } from './classifier.js';
import { type Wanted, weighted } from './labels.js';

type Batch = HostArray<'float32'>;

export interface ClassifierGradientOptions {
  /** A classifier that knows the noise level. */
  readonly model: ClassifierModel;
  readonly runtime: Runtime;
  /** Pictures computed together. */
  readonly batch: number;
  readonly space: Space<Batch>;
}

/** Gradients of one classifier, for what each row wants: one class, several with weights, or nothing. */
export interface ClassifierGradients extends Disposable {
  (wanted: readonly Wanted[]): Gradient<Batch>;
  /** ∇ₓ Σ w·log p(y | x) at what the network sees and is told. */
  run(x: Batch, cNoise: number, wanted: readonly Wanted[]): Promise<Batch>;
}

/**
 * ∇ₓ log p(y | x) of a noise-aware classifier at (x; level), for classifier guidance:
 *
 *   log p(y | x) = log softmax(F(c_in·x; c_noise))_y,   or log sigmoid(F)_y of attributes
 *   ∇ₓ log p(y | x) = c_in·∇ log p(y | c_in·x)
 *
 * Of several classes the sum with their weights is taken: the gradient of log Π p(yᵢ | x)^wᵢ.
 *
 * Reverse mode over the graph of the classifier; Dhariwal & Nichol 2021, arXiv:2105.05233, Section 4. c_in and c_noise are
 * those of the scheme the classifier was trained with, so that the model it guides may have another. Compiled when first
 * asked, once for each multiple of `batch`; rows do not see each other.
 */
export function classifierGradient(options: ClassifierGradientOptions): ClassifierGradients {
  const { model, runtime, batch, space } = options;
  const precondition = preconditionOf(model);
  const classes = model.network.config.num_classes;
  const network = batchRun({
    ...{ runtime, batch, conditional: false },
    graph: (shape) => gradientGraph(model, shape),
    constants: Object.fromEntries(model.values),
  });
  const run: ClassifierGradients['run'] = async (x, cNoise, wanted) => {
    const y = floats([x.shape[0]!, classes]);
    for (const [row, aim] of wanted.entries()) {
      for (const { label, weight } of weighted(aim)) y.data[row * classes + label]! += weight;
    }
    return (await network.run({ x, cNoise, labels: null }, { y }))['dx']!;
  };
  const gradient =
    (wanted: readonly Wanted[]): Gradient<Batch> =>
    async (x, level) => {
      const { cIn, cNoise } = precondition(level);
      if (cIn === 1) return run(x, cNoise, wanted);
      return space.lincomb([cIn, await run(space.lincomb([cIn, x]), cNoise, wanted)]);
    };
  return Object.assign(gradient, { run, [Symbol.dispose]: () => network[Symbol.dispose]() });
}

/** How x of a level is shown to a classifier; refuses one that knows no noise. */
function preconditionOf({ network, scheme }: ClassifierModel): Precondition {
  if (network.config.noise_conditional && scheme !== null) return assemble(scheme).precondition;
  throw new ToolkitError(
    'no-noise-levels',
    'classifierGradient: this classifier knows clean pictures alone, and guidance asks about noisy ones. ' +
      'Train one with langevin train --task classifier --noise-aware.',
  );
}

/** x, t and the wanted outputs y [B, K] → ∇ₓ Σ y·log p. */
function gradientGraph({ network }: Pick<ClassifierModel, 'network'>, shape: readonly number[]) {
  const params = bindParams(network.params, (path, { shape: of }) => input(path, of));
  const x = input('x', shape);
  const [size = 0] = shape;
  const { logits } = network.apply(params, { sample: x, timestep: input('t', [size]) });
  const log = network.config.target === 'attributes' ? neg(softplus(neg(logits))) : logSoftmax(logits);
  const [dx] = grad(mul(input('y', [size, network.config.num_classes]), log), [x]);
  return optimize({ outputs: { dx: dx! } });
}

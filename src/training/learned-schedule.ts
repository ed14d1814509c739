import { show, ToolkitError } from '../core/errors.js';
import { floats, type HostArray } from '../core/host-array.js';
import {
  type GammaWeights,
  gammaGraph,
  gammaWeights,
  meanPerSample,
  overSample,
  stopGradient,
} from '../diffusion/index.js';
import {
  add,
  constant,
  div,
  exp,
  grad,
  input,
  mean,
  mul,
  neg,
  sigmoid,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from '../graph/index.js';
import { bindParams, paramEntries, trainingContext } from '../nn/index.js';
import type { DenoisingObjective, DenoisingOptions } from './denoising.js';

export interface LearnedScheduleOptions
  extends Pick<DenoisingOptions, 'network' | 'batch' | 'picture' | 'conditional' | 'condition' | 'frozen'> {
  /** What the network predicts: epsilon, v or x0. */
  readonly prediction: string;
  /** Number of training indices; index i stands for the time t = (i + 1)/N. */
  readonly count: number;
  /** γ(0) and γ(1), which stay. */
  readonly min: number;
  readonly max: number;
  /** Weights of γ at the start. */
  readonly start?: GammaWeights<readonly number[]>;
}

/** Hidden units of γ unless told. */
const usualUnits = 32;

const parts = ['slope', 'hiddenWeight', 'hiddenBias', 'outputWeight'] as const;

/** What the parameters of the schedule are called beside those of the network. */
const prefix = 'schedule.';

/**
 * The variational bound in continuous time, in bits per dimension, with the noise schedule trained beside the network:
 *
 *   x = α·x₀ + σ·ε,   α² = 1/(1 + e^γ),   σ² = 1/(1 + e^{−γ}),   γ = γ(t)
 *   L = ½·γ′(t)·‖ε − ε̂(x, t)‖²/(D·ln 2)
 *
 * Between given ends the expectation of L over t does not depend on the schedule, its variance does: the network descends L
 * and γ descends L², whose mean is the variance and a constant. The gradient of L² by γ is 2·L·∂L, which one backward pass
 * through the network gives per sample. Here it is divided by the mean of L, which an optimiser that normalises gradients
 * does not feel and a limit on their norm does.
 * Kingma et al. 2021, "Variational Diffusion Models" (arXiv:2107.00630), Equations 17 and 18 and Appendix I.2.
 *
 * Inputs `clean`, `noise`, `t` (training indices), and `class_labels` or `condition`.
 */
export function learnedScheduleObjective(options: LearnedScheduleOptions): DenoisingObjective {
  const { network, batch, picture, conditional, condition, frozen = new Map(), count, min, max } = options;
  const { target, errorScale } = requirePrediction(options.prediction);
  const start = options.start ?? gammaWeights(usualUnits);
  const own = paramEntries(network.params).flatMap(([path, spec]) =>
    spec.frozen ? [] : [[path, spec.shape] as const],
  );
  const curve = parts.map((part) => [prefix + part, [start[part].length]] as const);
  let masks: ReturnType<DenoisingObjective['masks']> = [];
  return {
    parameters: new Map<string, readonly number[]>([...own, ...curve]),
    initial: new Map(
      parts.map((part) => [prefix + part, floats([start[part].length], Float32Array.from(start[part]))]),
    ),
    masks: () => masks,
    losses(parameter) {
      const context = trainingContext();
      const params = bindParams(network.params, (path, spec) =>
        spec.frozen ? constant(frozen.get(path)!) : parameter(path),
      );
      const shape = [batch, ...picture];
      const [clean, noise, index] = [input('clean', shape), input('noise', shape), input('t', [batch])];
      const told = {
        ...(conditional && { classLabels: input('class_labels', [batch], 'int64') }),
        ...(condition && { condition: input('condition', [batch, ...condition]) }),
      };
      const weights = Object.fromEntries(parts.map((part) => [part, parameter(prefix + part)]));
      const { value, slope } = gammaGraph({ weights: weights as unknown as GammaWeights<Tensor>, min, max });
      const t = div(add(index, 1), count);
      const [g, rise] = [value(t), slope(t)];
      const [g0, rise0] = [stopGradient(g), stopGradient(rise)];

      const mixes = { alpha: sqrt(sigmoid(neg(g0))), sigma: sqrt(sigmoid(g0)) };
      const spread = { alpha: overSample(mixes.alpha, shape), sigma: overSample(mixes.sigma, shape) };
      const x = add(mul(clean, spread.alpha), mul(noise, spread.sigma));
      const raw = network.apply(params, { sample: x, timestep: index, ...told }, context);
      masks = context.masks;
      const error = meanPerSample(square(sub(raw, target({ clean, noise, ...spread }))));
      const L = mul(mul(mul(rise0, errorScale(g0)), error), 0.5 / Math.LN2);

      const [byValue, byRise] = grad(sum(L), [g0, rise0]);
      const twice = stopGradient(div(mul(L, 2), mean(L)));
      const descent = mul(twice, add(mul(stopGradient(byValue!), g), mul(stopGradient(byRise!), rise)));
      return add(L, sub(descent, stopGradient(descent))); // worth L, with the gradients of both
    },
  };
}

interface Mixed {
  readonly clean: Tensor;
  readonly noise: Tensor;
  readonly alpha: Tensor;
  readonly sigma: Tensor;
}

/** What a network is to say, and what its squared error counts as an error of ε. */
interface Predicted {
  readonly target: (mixed: Mixed) => Tensor;
  /** epsilon 1; v: ε̂ = σ·x + α·v̂, hence α²; x0: ε̂ = (x − α·x̂₀)/σ, hence α²/σ² = e^{−γ}. */
  readonly errorScale: (gamma: Tensor) => Tensor;
}

const predicted: Readonly<Record<string, Predicted>> = {
  epsilon: { target: ({ noise }) => noise, errorScale: (g) => add(mul(g, 0), 1) },
  v: {
    target: ({ clean, noise, alpha, sigma }) => sub(mul(noise, alpha), mul(clean, sigma)),
    errorScale: (g) => sigmoid(neg(g)),
  },
  x0: { target: ({ clean }) => clean, errorScale: (g) => exp(neg(g)) },
};

function requirePrediction(name: string): Predicted {
  const found = Object.hasOwn(predicted, name) ? predicted[name] : undefined;
  if (found) return found;
  const known = Object.keys(predicted).join(', ');
  throw new ToolkitError('bad-option', `A learned schedule goes with a prediction of ${known}, got ${show(name)}.`);
}

/** The weights of γ among trained values, as the option `weights` of the schedule `learned` takes them. */
export function learnedWeights(values: ReadonlyMap<string, HostArray<'float32'>>): string {
  return JSON.stringify(Object.fromEntries(parts.map((part) => [part, [...values.get(prefix + part)!.data]])));
}

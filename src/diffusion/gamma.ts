import { show, ToolkitError } from '../core/errors.js';
import {
  add,
  div,
  mul,
  type Operand,
  reshape,
  sigmoid,
  softplus,
  square,
  sub,
  sum,
  type Tensor,
} from '../graph/index.js';

/**
 * A learned monotone curve γ(t) = −λ(t): the noise schedule of variational diffusion models.
 *
 *   γ̃(t) = w·t + Σ_k v_k·s(u_k·w·t + b_k),   s(x) = 1/(1 + e^{−x}),   w, u, v ≥ 0
 *   γ(t) = γ_min + (γ_max − γ_min)·(γ̃(t) − γ̃(0))/(γ̃(1) − γ̃(0))
 *
 * Kingma et al. 2021, arXiv:2107.00630, Appendix H. Weights are kept non-negative by softplus: what is stored and trained
 * is free, w = ln(1 + e^{slope}) and so on. Biases that cancel in γ are left out.
 */
export interface GammaWeights<T> {
  /** [1]: w before softplus. */
  readonly slope: T;
  /** [K]: u before softplus. */
  readonly hiddenWeight: T;
  /** [K]: b. */
  readonly hiddenBias: T;
  /** [K]: v before softplus. */
  readonly outputWeight: T;
}

/**
 * Weights to start from: γ rises in nearly a straight line, and hidden units are spread evenly over [0, 1].
 *
 * @example
 * import { gammaWeights } from 'langevin/diffusion';
 * gammaWeights(8).hiddenBias.length; // → 8
 */
export function gammaWeights(units: number): GammaWeights<readonly number[]> {
  if (!(Number.isInteger(units) && units >= 1)) {
    throw new ToolkitError('bad-option', `gammaWeights: units must be an integer ≥ 1, got ${show(units)}.`);
  }
  const steepness = 10;
  const places = Array.from({ length: units }, (_, k) => (k + 0.5) / units);
  return {
    slope: [inverseSoftplus(1)],
    hiddenWeight: places.map(() => inverseSoftplus(steepness)),
    hiddenBias: places.map((place) => -steepness * place),
    outputWeight: places.map(() => inverseSoftplus(1 / units)),
  };
}

export interface GammaOptions {
  readonly weights: GammaWeights<ArrayLike<number>>;
  /** γ(0), minus the log-SNR at the data. */
  readonly min: number;
  /** γ(1), minus the log-SNR at the end. */
  readonly max: number;
}

/** A curve and its derivative. */
export interface Gamma<T, R> {
  readonly value: (t: T) => R;
  readonly slope: (t: T) => R;
}

/**
 * γ of given weights, on numbers.
 *
 * @example
 * import { gamma, gammaWeights } from 'langevin/diffusion';
 * const { value } = gamma({ weights: gammaWeights(4), min: -13, max: 5 });
 * [value(0), value(1)]; // → [-13, 5]
 */
export function gamma({ weights, min, max }: GammaOptions): Gamma<number, number> {
  const w = positive(weights.slope[0]!);
  const u = Array.from(weights.hiddenWeight, (raw) => positive(raw) * w);
  const v = Array.from(weights.outputWeight, positive);
  const b = Array.from(weights.hiddenBias);
  if (u.length !== b.length || v.length !== b.length) {
    throw new ToolkitError(
      'bad-option',
      `gamma: hiddenWeight, hiddenBias and outputWeight must be of one length, got ${u.length}, ${b.length}, ${v.length}.`,
    );
  }
  const raw = (t: number): number => w * t + v.reduce((total, vk, k) => total + vk * logistic(u[k]! * t + b[k]!), 0);
  const rawSlope = (t: number): number =>
    w + v.reduce((total, vk, k) => total + vk * u[k]! * logisticSlope(u[k]! * t + b[k]!), 0);
  const start = raw(0);
  const scale = (max - min) / (raw(1) - start);
  return {
    value: (t) => (t === 1 ? max : min + scale * (raw(t) - start)),
    slope: (t) => scale * rawSlope(t),
  };
}

export interface GammaGraphOptions {
  readonly weights: GammaWeights<Tensor>;
  /** γ(0) and γ(1): numbers, or tensors [1] to train them too. */
  readonly min: Operand;
  readonly max: Operand;
}

/**
 * γ as graph: the same formula on times [B], differentiable in the weights. The derivative is a graph as well, because
 * the continuous variational bound, ½·E[γ′(t)·‖ε − ε̂‖²], is trained through it (Kingma et al. 2021, Equation 18).
 */
export function gammaGraph({ weights, min, max }: GammaGraphOptions): Gamma<Tensor, Tensor> {
  const w = softplus(weights.slope);
  const u = mul(softplus(weights.hiddenWeight), w);
  const v = softplus(weights.outputWeight);
  const { hiddenBias: b } = weights;
  const inner = (t: Tensor): Tensor => add(mul(reshape(t, { shape: [-1, 1] }), u), b); // [B, 1] × [K] → [B, K]
  const first = sigmoid(b);
  // γ̃(t) − γ̃(0), subtracted unit by unit: in float32 the difference of the two sums would lose digits
  const risen = (t: Tensor): Tensor => add(mul(t, w), sum(mul(v, sub(sigmoid(inner(t)), first)), { axes: [1] }));
  const whole = add(w, sum(mul(v, sub(sigmoid(add(u, b)), first)), { axes: [0], keepDims: true })); // [1]
  const scale = (x: Tensor): Tensor => mul(x, div(sub(max, min), whole));
  return {
    value: (t) => add(min, scale(risen(t))),
    slope(t) {
      const s = sigmoid(inner(t));
      return scale(add(w, sum(mul(mul(v, u), sub(s, square(s))), { axes: [1] })));
    },
  };
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const logisticSlope = (x: number): number => logistic(x) * logistic(-x);
const positive = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const inverseSoftplus = (y: number): number => y + Math.log(-Math.expm1(-y));

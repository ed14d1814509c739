import { dormandPrincePair } from '../../core/dormand-prince.js';
import { ToolkitError } from '../../core/errors.js';

/** dy/du of a whole batch, as one long vector. */
export type Derivative = (u: number, y: Float64Array) => Promise<Float64Array>;

export interface IntegrateOptions {
  readonly f: Derivative;
  readonly y: Float64Array;
  readonly from: number;
  readonly to: number;
}

/** How far an integration is, in [0, 1]. */
export interface IntegrateProgress {
  readonly fraction: number;
}

/**
 * `steps` equal steps of the classical rule of fourth order:
 * y′ = y + h/6·(k₁ + 2k₂ + 2k₃ + k₄). Kutta 1901; Hairer, Nørsett & Wanner, "Solving Ordinary Differential Equations I",
 * Table 1.2.
 */
export async function* rk4(
  { f, y: start, from, to }: IntegrateOptions,
  steps: number,
): AsyncGenerator<IntegrateProgress, Float64Array, undefined> {
  const h = (to - from) / steps;
  let y = start;
  for (let i = 0; i < steps; i++) {
    yield { fraction: i / steps };
    const u = from + i * h;
    const k1 = await f(u, y);
    const k2 = await f(u + h / 2, plus(y, [h / 2, k1]));
    const k3 = await f(u + h / 2, plus(y, [h / 2, k2]));
    const k4 = await f(u + h, plus(y, [h, k3]));
    y = plus(y, [h / 6, k1], [h / 3, k2], [h / 3, k3], [h / 6, k4]);
  }
  return y;
}

export interface AdaptiveOptions extends IntegrateOptions {
  /** What an error may be: tolerance·(1 + |y|), on average over the vector. */
  readonly tolerance: number;
}

const { nodes, tableau, difference } = dormandPrincePair;

/**
 * Steps of the order 5 whose error is kept by a rule of order 4; the last stage of a step is the first of the next.
 * Dormand & Prince 1980, "A family of embedded Runge–Kutta formulae" (JCAM 6:1), Table 2; step control as in Hairer,
 * Nørsett & Wanner, "Solving Ordinary Differential Equations I", Section II.4.
 */
export async function* dormandPrince({
  f,
  y: start,
  from,
  to,
  tolerance,
}: AdaptiveOptions): AsyncGenerator<IntegrateProgress, Float64Array, undefined> {
  let [y, u, h] = [start, from, (to - from) / 20];
  let first = await f(u, y);
  while (u < to) {
    yield { fraction: (u - from) / (to - from) };
    h = Math.min(h, to - u);
    const k: Float64Array[] = [first];
    let reached = y;
    for (let stage = 1; stage < nodes.length; stage++) {
      reached = plus(y, ...tableau[stage]!.map((weight, i) => [h * weight, k[i]!] as const));
      k.push(await f(u + nodes[stage]! * h, reached));
    }
    const error = errorNorm({ k, h, from: y, to: reached, tolerance });
    if (!Number.isFinite(error)) {
      throw new ToolkitError('non-finite', `dormandPrince: the slope became NaN or infinite near u = ${u}.`);
    }
    if (error <= 1) {
      u = to - (u + h) < 1e-12 * (to - from) ? to : u + h;
      y = reached;
      first = k.at(-1)!;
    }
    h *= Math.min(5, Math.max(0.2, 0.9 * error ** -0.2));
  }
  return y;
}

interface ErrorOptions {
  readonly k: readonly Float64Array[];
  readonly h: number;
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly tolerance: number;
}

/** Root mean square of the error, each in units of what it may be; not below 10⁻¹⁰. */
function errorNorm({ k, h, from, to, tolerance }: ErrorOptions): number {
  let sum = 0;
  for (let i = 0; i < from.length; i++) {
    let error = 0;
    for (let stage = 0; stage < k.length; stage++) error += difference[stage]! * k[stage]![i]!;
    const scale = tolerance * (1 + Math.max(Math.abs(from[i]!), Math.abs(to[i]!)));
    sum += ((h * error) / scale) ** 2;
  }
  return Math.max(1e-10, Math.sqrt(sum / from.length));
}

/** y + Σ cᵢ·kᵢ. */
function plus(y: Float64Array, ...terms: readonly (readonly [number, Float64Array])[]): Float64Array {
  const out = y.slice();
  for (const [factor, k] of terms) {
    if (factor !== 0) for (let i = 0; i < out.length; i++) out[i]! += factor * k[i]!;
  }
  return out;
}

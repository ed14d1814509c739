import { show, ToolkitError } from '../../core/errors.js';
import { fold, gaussians, type Key, uniforms } from '../../core/random.js';
import { cleanLevel, type Level } from '../level.js';

/** One bell of a mixture. */
export interface Bell {
  readonly weight: number;
  readonly mean: readonly number[];
  /** Standard deviation, of all coordinates or of each; 0 is a point. */
  readonly sd: number | readonly number[];
}

/** A mixture of Gaussians with independent coordinates. Every question is about the data noised to a level. */
export interface Mixture {
  readonly bells: readonly Bell[];
  readonly dimension: number;
  /** p(x) of the noised data; of the data itself without a level. */
  density(x: ArrayLike<number>, level?: Level): number;
  logDensity(x: ArrayLike<number>, level?: Level): number;
  /** ∇ log p(x). */
  score(x: ArrayLike<number>, level?: Level): Float64Array;
  /** E[x₀ | x]: the denoiser that no network can beat. */
  denoise(x: ArrayLike<number>, level: Level): Float64Array;
  /** How probable each bell is given x. */
  responsibilities(x: ArrayLike<number>, level?: Level): Float64Array;
  /** The noised data, itself a mixture. */
  diffused(level: Level): Mixture;
  /** `count` draws, one after the other. */
  sample(options: { readonly count: number; readonly key: Key }): readonly Float64Array[];
}

/**
 * A mixture of Gaussians: data whose noised densities, scores and denoisers are known in closed form, in any dimension.
 *
 *   p_t(x) = Σ_k w_k·N(x; α·m_k, v_k),   v_k = α²·s_k² + σ²,   r_k = w_k·N(x; α·m_k, v_k)/p_t(x)
 *   ∇ log p_t(x) = Σ_k r_k·(α·m_k − x)/v_k
 *   E[x₀ | x]    = Σ_k r_k·(m_k + α·s_k²/v_k·(x − α·m_k))
 *
 * Weights are brought to the sum 1. The last two are one by Tweedie's formula, E[x₀ | x] = (x + σ²·∇ log p)/α: Efron
 * 2011. What samplers, losses and likelihoods are tested on.
 *
 * @example
 * import { mixture } from 'langevin/diffusion';
 * const two = mixture([{ weight: 1, mean: [-2], sd: 0.5 }, { weight: 1, mean: [2], sd: 0.5 }]);
 * two.denoise([0], { alpha: 1, sigma: 3 })[0]; // → 0
 * two.score([0])[0]; // → 0
 */
export function mixture(bells: readonly Bell[]): Mixture {
  const parts = checkedBells(bells);
  const dimension = parts[0]!.mean.length;

  const responsibilities = (x: ArrayLike<number>, level: Level): { r: Float64Array; log: number } => {
    const logs = new Float64Array(parts.length);
    for (let k = 0; k < logs.length; k++) logs[k] = logBell({ part: parts[k]!, x, level });
    return softmax(logs);
  };
  const combine = (x: ArrayLike<number>, level: Level, term: (at: TermAt) => number): Float64Array => {
    const { r } = responsibilities(x, level);
    const out = new Float64Array(dimension);
    for (const [k, { mean, sd }] of parts.entries()) {
      if (r[k] === 0) continue;
      for (let d = 0; d < dimension; d++) {
        const s = sd[d]!;
        out[d] = out[d]! + r[k]! * term({ x: x[d]!, m: mean[d]!, s, v: (level.alpha * s) ** 2 + level.sigma ** 2 });
      }
    }
    return out;
  };
  return Object.freeze({
    bells: parts,
    dimension,
    density: (x: ArrayLike<number>, level = cleanLevel) => Math.exp(responsibilities(x, level).log),
    logDensity: (x: ArrayLike<number>, level = cleanLevel) => responsibilities(x, level).log,
    responsibilities: (x: ArrayLike<number>, level = cleanLevel) => responsibilities(x, level).r,
    score: (x: ArrayLike<number>, level = cleanLevel) =>
      combine(x, level, ({ x: at, m, v }) => (level.alpha * m - at) / v),
    denoise: (x: ArrayLike<number>, level: Level) => {
      const { alpha } = level;
      return combine(x, level, ({ x: at, m, s, v }) => m + (s === 0 ? 0 : ((alpha * s ** 2) / v) * (at - alpha * m)));
    },
    diffused: ({ alpha, sigma }: Level) =>
      mixture(
        parts.map(({ weight, mean, sd }) => ({
          weight,
          mean: mean.map((m) => alpha * m),
          sd: sd.map((s) => Math.hypot(alpha * s, sigma)),
        })),
      ),
    sample: ({ count, key }: { readonly count: number; readonly key: Key }) => draw({ parts, count, key }),
  });
}

interface Part extends Bell {
  readonly sd: readonly number[];
}

interface TermAt {
  readonly x: number;
  readonly m: number;
  readonly s: number;
  readonly v: number;
}

function checkedBells(bells: readonly Bell[]): readonly Part[] {
  const [first] = bells;
  if (!first) throw new ToolkitError('bad-option', 'mixture: expected at least one bell, got none.');
  const total = bells.reduce((sum, { weight }) => sum + weight, 0);
  return bells.map(({ weight, mean, sd }, k) => {
    const sds = typeof sd === 'number' ? mean.map(() => sd) : sd;
    const fits = mean.length === first.mean.length && sds.length === mean.length && mean.length > 0;
    if (fits && weight > 0 && mean.every(Number.isFinite) && sds.every((s) => s >= 0 && s < Infinity)) {
      return { weight: weight / total, mean, sd: sds };
    }
    throw new ToolkitError(
      'bad-option',
      `mixture: bell ${k} needs a weight > 0, a mean of ${first.mean.length} numbers and sd ≥ 0, ` +
        `got weight ${show(weight)}, mean ${show(mean)}, sd ${show(sd)}.`,
    );
  });
}

interface BellAt {
  readonly part: Part;
  readonly x: ArrayLike<number>;
  readonly level: Level;
}

/** log w·N(x; α·m, α²s² + σ²). */
function logBell({ part, x, level: { alpha, sigma } }: BellAt): number {
  if (x.length !== part.mean.length) {
    throw new ToolkitError(
      'shape-mismatch',
      `mixture: expected a point of ${part.mean.length} coordinates, got ${x.length}.`,
    );
  }
  let log = Math.log(part.weight);
  for (let d = 0; d < part.mean.length; d++) {
    const m = part.mean[d]!;
    const v = (alpha * part.sd[d]!) ** 2 + sigma ** 2;
    if (v === 0)
      throw new ToolkitError('bad-level', 'mixture: a point has no density without noise. Ask at sigma > 0.');
    log -= (x[d]! - alpha * m) ** 2 / (2 * v) + Math.log(2 * Math.PI * v) / 2;
  }
  return log;
}

/** e^{l_k} normalised, and the logarithm of their sum; the largest is taken out first, so nothing over- or underflows. */
export function softmax(logs: ArrayLike<number>): { readonly r: Float64Array; readonly log: number } {
  let most = -Infinity;
  for (let k = 0; k < logs.length; k++) most = Math.max(most, logs[k]!);
  const r = new Float64Array(logs.length);
  let sum = 0;
  for (let k = 0; k < r.length; k++) sum += r[k] = Math.exp(logs[k]! - most);
  for (let k = 0; k < r.length; k++) r[k] = r[k]! / sum;
  return { r, log: most + Math.log(sum) };
}

interface DrawOptions {
  readonly parts: readonly Part[];
  readonly count: number;
  readonly key: Key;
}

function draw({ parts, count, key }: DrawOptions): readonly Float64Array[] {
  const dimension = parts[0]!.mean.length;
  const which = uniforms(fold(key, 'bell'), count);
  const noise = gaussians(fold(key, 'place'), count * dimension);
  return Array.from({ length: count }, (_, i) => {
    let left = which[i]!;
    const part = parts.find(({ weight }) => (left -= weight) < 0) ?? parts.at(-1)!;
    return Float64Array.from(part.mean, (m, d) => m + part.sd[d]! * noise[i * dimension + d]!);
  });
}

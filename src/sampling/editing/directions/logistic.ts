import { floats } from '../../../core/host-array.js';
import { integer, number } from '../../../core/options.js';
import { defineDirection, type Features } from '../direction.js';
import { dot, meanRow, norm, scale, timesColumns, timesRows } from '../h-space/vectors.js';

/**
 * The normal of the plane that tells pictures with the attribute from those without: logistic regression with a ridge,
 *
 *   min over w, b of  mean ln(1 + e^{−y·(w·z + b)}) + λ/2·|w|²,    z = (h − mean)/rms,  y = ±1, both groups counting alike
 *   v = n·(n·(μ⁺ − μ⁻)),  n = w/|w|
 *
 * by Newton's method, each step solved with conjugate gradients, so that any number of features will do. Strength 1
 * carries the mean of one group across the plane as far as the mean of the other lies. Features that vary without the
 * attribute are left out of v, which the difference of means cannot do. Shen et al. 2020 (arXiv:1907.10786), Section 3.2.
 *
 * @example
 * import { floats, key } from 'langevin/core';
 * import { logistic } from 'langevin/sampling';
 * const [direction] = await logistic().find({
 *   with: floats([4, 2], [1, 9, 1, -9, 1, 5, 1, -5]),
 *   without: floats([4, 2], [-1, 9, -1, -9, -1, 5, -1, -5]),
 *   key: key(0),
 * });
 * direction!.value; // → 1
 */
export const logistic = defineDirection({
  name: 'logistic',
  needs: 'groups',
  measures: 'the share of pictures on their side of the plane',
  options: {
    ridge: number({ default: 0.01, min: 1e-8, max: 1e4, help: 'λ: more of it trusts single features less.' }),
    iterations: integer({ default: 30, min: 1, max: 1000, help: "Newton's steps at most." }),
  },
  async find({ with: positive, without }, { ridge, iterations }) {
    const [ups, downs] = [positive!.shape[0]!, without!.shape[0]!];
    const size = positive!.shape[1]!;
    const all = floats([ups + downs, size], concat(positive!.data, without!.data));
    const signs = Float64Array.from({ length: ups + downs }, (_, i) => (i < ups ? 1 : -1));
    const weights = signs.map((y) => 0.5 / (y > 0 ? ups : downs));
    const mean = meanRow(all);
    const rms = Math.sqrt(
      all.data.reduce((sum, value, i) => sum + (value - mean[i % size]!) ** 2, 0) / all.data.length,
    );
    const { w, b } = newton({ all, mean, rms: rms || 1, signs, weights, ridge, iterations });
    const unit = scale(1 / (norm(w) || 1), w);
    const gap = meanRow(positive!).map((value, i) => value - meanRow(without!)[i]!);
    const scores = timesRows(all, scale(1 / (rms || 1), w), mean);
    const right = scores.reduce((count, z, i) => count + (signs[i]! * (z + b) > 0 ? 1 : 0), 0);
    return [{ values: scale(dot(unit, gap), unit), value: right / scores.length }];
  },
});

interface NewtonOptions {
  readonly all: Features;
  readonly mean: Float64Array;
  readonly rms: number;
  readonly signs: Float64Array;
  /** How much each row counts; 1 in all. */
  readonly weights: Float64Array;
  readonly ridge: number;
  readonly iterations: number;
}

/** w and b at the minimum: (w, b) ← (w, b) − H⁻¹·g, halved while the loss does not fall. */
function newton({ all, mean, rms, signs, weights, ridge, iterations }: NewtonOptions) {
  const size = mean.length;
  const rowsOf = (p: Float64Array): Float64Array => {
    const z = timesRows(all, scale(1 / rms, p.subarray(0, size)), mean);
    return z.map((value) => value + p[size]!);
  };
  const columnsOf = (u: Float64Array, p: Float64Array): Float64Array => {
    const out = new Float64Array(size + 1);
    out.set(scale(1 / rms, timesColumns(all, u, mean)));
    out[size] = u.reduce((sum, value) => sum + value, 0);
    for (let d = 0; d < size; d++) out[d]! += ridge * p[d]!;
    return out;
  };
  const lossAt = (p: Float64Array): number => {
    const scores = rowsOf(p);
    const w = p.subarray(0, size);
    return scores.reduce((sum, z, i) => sum + weights[i]! * softplus(-signs[i]! * z), (ridge / 2) * dot(w, w));
  };
  let at: Float64Array = new Float64Array(size + 1);
  let loss = lossAt(at);
  for (let step = 0; step < iterations; step++) {
    const scores = rowsOf(at);
    const wrong = scores.map((z, i) => 1 / (1 + Math.exp(signs[i]! * z))); // the probability given to the other side
    const gradient = columnsOf(
      wrong.map((p, i) => -weights[i]! * signs[i]! * p),
      at,
    );
    if (norm(gradient) < 1e-10) break;
    const curvature = wrong.map((p, i) => weights[i]! * Math.max(1e-12, p * (1 - p)));
    const hessian = (v: Float64Array): Float64Array =>
      columnsOf(
        rowsOf(v).map((z, i) => curvature[i]! * z),
        v,
      );
    const move = conjugateGradients(hessian, gradient);
    let [share, next] = [1, at];
    for (; share > 1e-4; share /= 2) {
      next = at.map((value, i) => value - share * move[i]!);
      if (lossAt(next) < loss) break;
    }
    const after = lossAt(next);
    if (!(after < loss)) break;
    [at, loss] = [next, after];
  }
  return { w: at.slice(0, size), b: at[size]! };
}

/** ln(1 + eˣ) without overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** x with A·x = b for a positive A known by its products. Hestenes & Stiefel 1952. */
function conjugateGradients(apply: (v: Float64Array) => Float64Array, b: Float64Array): Float64Array {
  const x = new Float64Array(b.length);
  const r = b.slice();
  let p = b.slice();
  let square = dot(r, r);
  const enough = 1e-20 * square;
  for (let i = 0; i < 2 * b.length && square > enough; i++) {
    const image = apply(p);
    const a = square / dot(p, image);
    for (let d = 0; d < x.length; d++) {
      x[d]! += a * p[d]!;
      r[d]! -= a * image[d]!;
    }
    const next = dot(r, r);
    const before = p;
    const ratio = next / square;
    p = r.map((value, d) => value + ratio * before[d]!);
    square = next;
  }
  return x;
}

function concat(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

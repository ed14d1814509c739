import { floats, type HostArray, sizeOf } from '../../core/host-array.js';
import { choice, flag, integer, number } from '../../core/options.js';
import { fold, gaussians, type Key, uniforms } from '../../core/random.js';
import { bitsPerDimension, type Grid, type Level } from '../../diffusion/index.js';
import { defineMetric, type ModelAndData } from '../metric.js';
import { dequantised } from './dequantised.js';
import { type Derivative, dormandPrince, rk4 } from './integrate.js';
import type { LikelihoodModel } from './likelihood-model.js';
import { perSample } from './per-sample.js';

/**
 * Negative log-likelihood by the probability-flow ODE, in bits per dimension: data flows along the ODE to noise, whose
 * density is known, and the divergence met on the way is what the density changed by. In u = ln(σ/α), with z of variance
 * α²·(that of the data) + σ² and α² + σ² = 1,
 *
 *   dz/du = α²·z − α·D(z),   ln p(x₀) = ln N(z_end; 0, 1) + ∫ (α²·d − α·tr ∂D/∂z) du + d·ln α_start.
 *
 * The trace is exact in few dimensions, one product eᵢᵀ·∂D/∂z for each. Otherwise it is vᵀ·(∂D/∂z)·v, right on average
 * over random v (Hutchinson's estimate); one v serves the whole way of a sample. Rounded data is spread evenly over the
 * width of its steps, which makes the result a bound of the probability of the rounded values.
 * Song et al. 2021, arXiv:2011.13456, Section 4.3 and Appendix D.2; Theis et al. 2016, arXiv:1511.01844, Section 3.1.
 */
export const nllOde = defineMetric({
  name: 'nll-ode',
  summary: 'Bits per dimension by the probability-flow ODE: the density itself, up to the solver.',
  needs: 'model',
  direction: 'lower',
  options: {
    trace: choice(['auto', 'exact', 'rademacher', 'gaussian'], {
      default: 'auto',
      help: 'How the divergence is found: exactly, or by random signs or Gaussians; auto is exact up to 16 dimensions.',
    }),
    probes: integer({
      default: 1,
      min: 1,
      max: 10_000,
      help: 'Random vectors a sample, where the trace is estimated.',
    }),
    solver: choice(['rk45', 'rk4'], {
      default: 'rk45',
      help: 'Steps that keep to a tolerance (Dormand–Prince), or so many equal ones (Runge–Kutta).',
    }),
    tolerance: number({ default: 1e-4, min: 1e-12, max: 1, help: 'Error of a step, for rk45.' }),
    odeSteps: integer({ default: 50, min: 1, max: 100_000, help: 'Number of steps, for rk4.' }),
    dequantise: flag({ default: true, help: 'Spreads rounded values evenly over their width.' }),
  },
  async *measure(asked, options) {
    const given = options.dequantise ? dequantised(asked) : asked;
    const { model, data, signal } = given;
    const { quantum } = asked;
    const [count = 0, ...shape] = data.shape;
    const size = sizeOf(shape);
    const kind = options.trace === 'auto' ? (size <= 16 ? 'exact' : 'rademacher') : options.trace;
    const values: number[] = [];
    let evaluations = 0;
    for (let first = 0; first < count; first += model.batch) {
      const rows = Math.min(model.batch, count - first);
      const x = data.data.subarray(first * size, (first + rows) * size);
      const path = pathOf(model.grid);
      const flow = flowOf({ given, first, rows, shape, probesOf: probesOf(kind, options.probes) });
      const f: Derivative = (u, y) => {
        signal?.throwIfAborted();
        evaluations += 1;
        return flow(u, y);
      };
      const y = new Float64Array(rows * (size + 1));
      const start = levelAt(path.from);
      for (let i = 0; i < rows * size; i++) y[i] = start.alpha * x[i]!;
      const problem = { f, y, ...path };
      const { tolerance, odeSteps } = options;
      const work = options.solver === 'rk45' ? dormandPrince({ ...problem, tolerance }) : rk4(problem, odeSteps);
      let end: Float64Array;
      for (;;) {
        const { done, value } = await work.next();
        if (done) {
          end = value;
          break;
        }
        yield { done: Math.floor(1000 * (first + value.fraction * rows)), total: 1000 * count };
      }
      for (let row = 0; row < rows; row++) {
        let nats = -size * Math.log(start.alpha) - size * end[rows * size + row]!;
        for (let i = row * size; i < (row + 1) * size; i++) nats += 0.5 * (end[i]! ** 2 + Math.log(2 * Math.PI));
        values.push(bitsPerDimension(nats, size) - (quantum === null ? 0 : Math.log2(quantum)));
      }
    }
    const traced = kind === 'exact' ? 'exact trace' : `trace by ${options.probes} ${kind} probe(s) a sample`;
    const each = Math.round(evaluations / Math.ceil(count / model.batch));
    const rounded = quantum === null ? '' : options.dequantise ? ', uniform dequantisation' : ', not dequantised';
    return { estimates: [perSample('nll-ode', values)], notes: [`${traced}, ${each} slopes a sample${rounded}`] };
  },
});

/** The variance-preserving level of ln(σ/α) = u. */
const levelAt = (u: number): Level => ({
  alpha: 1 / Math.hypot(1, Math.exp(u)),
  sigma: 1 / Math.hypot(1, Math.exp(-u)),
});

/** The way from the least to the most noise of a grid; where that is pure noise, the last level with a signal. */
function pathOf(grid: Grid): { readonly from: number; readonly to: number } {
  const at = (index: number): number => {
    const { alpha, sigma } = grid.level(index);
    return Math.log(sigma / alpha);
  };
  let first = 0;
  let last = grid.count - 1;
  while (!Number.isFinite(at(first))) first++; // a grid may begin with the data itself
  while (!Number.isFinite(at(last))) last--;
  return { from: at(first), to: at(last) };
}

/** The vectors v by which the trace is found: of which row, and how a product counts. */
type Probes = (key: Key, size: number) => readonly Float32Array[];

/** Probes whose products vᵀ·J·v add up to the trace, on average or exactly. */
function probesOf(
  kind: 'exact' | 'rademacher' | 'gaussian',
  count: number,
): { readonly scale: number; readonly draw: Probes } {
  if (kind === 'exact') {
    const unit = (size: number) => (_: unknown, i: number) =>
      Float32Array.from({ length: size }, (_, j) => Number(i === j));
    return { scale: 1, draw: (_, size) => Array.from({ length: size }, unit(size)) };
  }
  const one = (key: Key, size: number): Float32Array =>
    kind === 'gaussian' ? gaussians(key, size) : Float32Array.from(uniforms(key, size), (u) => (u < 0.5 ? -1 : 1));
  return { scale: 1 / count, draw: (key, size) => Array.from({ length: count }, (_, p) => one(fold(key, p), size)) };
}

interface FlowOptions {
  readonly given: ModelAndData & { readonly model: LikelihoodModel };
  readonly first: number;
  readonly rows: number;
  readonly shape: readonly number[];
  readonly probesOf: ReturnType<typeof probesOf>;
}

/** The slope of a batch [z, ∫ divergence/d] in u. */
function flowOf({ given, first, rows, shape, probesOf: { scale, draw } }: FlowOptions): Derivative {
  const { model, labels, key } = given;
  const size = sizeOf(shape);
  const own = labels && Array.from({ length: rows }, (_, i) => labels[first + i]!);
  const drawn = Array.from({ length: rows }, (_, row) => draw(fold(key, 'probe', first + row), size));
  const batches: readonly HostArray<'float32'>[] = drawn[0]!.map((_, p) => {
    const batch = floats([rows, ...shape]);
    for (const [row, probes] of drawn.entries()) batch.data.set(probes[p]!, row * size);
    return batch;
  });
  return async (u, y) => {
    const { alpha, sigma } = levelAt(u);
    const x = floats([rows, ...shape], Float32Array.from(y.subarray(0, rows * size)));
    const noisy = { x, levels: Array.from({ length: rows }, () => ({ alpha, sigma })), labels: own };
    const slope = new Float64Array(y.length);
    for (const [p, probes] of batches.entries()) {
      const { denoised, product } = await model.pull(noisy, probes);
      for (let row = 0; row < rows; row++) {
        let trace = 0;
        for (let i = row * size; i < (row + 1) * size; i++) {
          trace += product.data[i]! * probes.data[i]!;
          if (p === 0) slope[i] = alpha ** 2 * y[i]! - alpha * denoised.data[i]!;
        }
        slope[rows * size + row]! += (p === 0 ? alpha ** 2 : 0) - (alpha * scale * trace) / size;
      }
    }
    return slope;
  };
}

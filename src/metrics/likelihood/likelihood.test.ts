import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats, fold, gaussians, type HostArray, key } from '../../core/index.js';
import {
  cosine,
  discrete,
  epsilon,
  type Grid,
  grid,
  gridFromBetas,
  type Level,
  linear,
} from '../../diffusion/index.js';
import { add, constant, matmul, mul, reshape, tanh } from '../../graph/index.js';
import { referenceRuntime } from '../../runtime/index.js';
import { type Estimate, type ModelAndData, measured, nllOde, nllVlb } from '../index.js';
import { dormandPrince, rk4 } from './integrate.js';
import type { LikelihoodModel } from './likelihood-model.js';
import { networkLikelihood } from './network-model.js';

/** Data ~ N(m, s²) in each of some dimensions, with the denoiser that is exact for it. */
function gaussianModel({
  mean,
  deviation,
  levels,
}: {
  mean: number[];
  deviation: number[];
  levels: Grid;
}): LikelihoodModel {
  const size = mean.length;
  const gain = (level: Level, k: number): number =>
    (level.alpha * deviation[k]! ** 2) / ((level.alpha * deviation[k]!) ** 2 + level.sigma ** 2);
  const each = (x: HostArray<'float32'>, f: (value: number, level: number, k: number) => number) => {
    const out = floats(x.shape);
    for (let i = 0; i < out.data.length; i++) out.data[i] = f(x.data[i]!, Math.floor(i / size), i % size);
    return out;
  };
  return {
    grid: levels,
    batch: 600,
    async denoise({ x, levels: at }) {
      const denoised = each(x, (value, row, k) => {
        const level = at[row]!;
        return mean[k]! + gain(level, k) * (value - level.alpha * mean[k]!);
      });
      return { denoised, variance: null };
    },
    async pull(noisy, probes) {
      const { denoised } = await this.denoise(noisy);
      return { denoised, product: each(probes, (value, row, k) => gain(noisy.levels[row]!, k) * value) };
    },
  };
}

interface Case {
  readonly mean: number[];
  readonly deviation: number[];
  readonly levels: Grid;
  readonly count: number;
}

/** Samples of the data itself with the model of it. */
function problem({ mean, deviation, levels, count }: Case): ModelAndData {
  const size = mean.length;
  const data = floats(
    [count, size],
    gaussians(fold(key(3), 'data'), count * size).map((z, i) => mean[i % size]! + deviation[i % size]! * z),
  );
  return { model: gaussianModel({ mean, deviation, levels }), data, labels: null, quantum: null, key: key(1) };
}

/** −log₂ N(x; m, s²) per dimension on average: the closed form, for these very samples. `extra` widens s². */
function exactBits({ data }: ModelAndData, { mean, deviation }: Pick<Case, 'mean' | 'deviation'>, extra = 0): number {
  const size = mean.length;
  let nats = 0;
  for (const [i, x] of data.data.entries()) {
    const variance = deviation[i % size]! ** 2 + extra;
    nats += 0.5 * (Math.log(2 * Math.PI * variance) + (x - mean[i % size]!) ** 2 / variance);
  }
  return nats / data.data.length / Math.LN2;
}

const one = async (work: Parameters<typeof measured>[0]): Promise<Estimate> => (await measured(work)).estimates[0]!;
const close = (got: number, want: number, tolerance: number): void =>
  assert.ok(Math.abs(got - want) <= tolerance, `${got} instead of ${want}`);

const skewed = { mean: [0.3, -0.2, 0], deviation: [0.5, 1, 0.1] };
const fine = grid({ schedule: cosine(), count: 1000 });
/** A chain of evenly spaced log-SNR λ from 10 to −8. */
const evenLogSnr = (count: number): Grid => {
  const kept = Array.from({ length: count }, (_, i) => 1 / (1 + Math.exp(-10 + (18 * i) / (count - 1))));
  return gridFromBetas(kept.map((value, i) => 1 - value / (i === 0 ? 1 : kept[i - 1]!)));
};
/** Standard error of the bound over 600 samples: χ² of variance 2 in each of 8/Δλ terms of ½·Δλ nats. */
const noiseOf = (count: number): number => Math.sqrt((4 * 18) / count / 1800) / Math.LN2;

/** What a chain loses against the likelihood, in bits per dimension. */
function expectedGap(levels: Grid, deviations = skewed.deviation): number {
  let nats = 0;
  for (const s of deviations) {
    const y = (i: number): number => (s * levels.level(i).alpha) ** 2 / levels.level(i).sigma ** 2;
    for (let i = 1; i < levels.count; i++) {
      nats += 0.5 * ((y(i - 1) - y(i)) / (1 + y(i)) - Math.log((1 + y(i - 1)) / (1 + y(i))));
    }
  }
  return nats / deviations.length / Math.LN2;
}
/** σ²/α² at the least noise: the density that the ODE gives is that of data with so much noise. */
const least = (levels: Grid): number => (levels.level(0).sigma / levels.level(0).alpha) ** 2;

suite('nll-ode', () => {
  test('of Gaussian data with the exact denoiser is the closed form', async () => {
    const given = problem({ ...skewed, levels: fine, count: 40 });
    const exact = exactBits(given, skewed, least(fine));
    for (const options of [{ tolerance: 1e-7 }, { solver: 'rk4', odeSteps: 400 }] as const) {
      close((await one(nllOde(options).measure(given))).value, exact, 2e-4);
    }
    close((await one(nllOde().measure(given))).value, exact, 5e-3);
  });

  test('random probes are right on average, and within their error bars', async () => {
    // More dimensions than the trace is exact for, and correlations by a rotation would change nothing here.
    const wide = {
      mean: Array.from({ length: 20 }, (_, k) => 0.05 * k),
      deviation: Array.from({ length: 20 }, (_, k) => 0.1 + 0.1 * k),
    };
    const given = problem({ ...wide, levels: fine, count: 16 });
    const exact = await one(nllOde({ trace: 'exact', tolerance: 1e-6 }).measure(given));
    close(exact.value, exactBits(given, wide, least(fine)), 2e-4);
    for (const trace of ['gaussian', 'rademacher'] as const) {
      const errors: number[] = [];
      for (let seed = 0; seed < 12; seed++) {
        const estimate = await one(
          nllOde({ trace, solver: 'rk4', odeSteps: 40 }).measure({ ...given, key: key(seed) }),
        );
        errors.push(estimate.value - exact.value);
      }
      const mean = errors.reduce((a, b) => a + b, 0) / 12;
      const spread = Math.sqrt(errors.reduce((sum, e) => sum + (e - mean) ** 2, 0) / 11 / 12);
      assert.ok(Math.abs(mean) < 4 * spread + 1e-3, `${trace}: ${mean} with error ${spread}`);
      // A diagonal Jacobian is where random signs are exact and Gaussians are not.
      if (trace === 'gaussian') assert.ok(spread > 1e-3);
      else assert.ok(Math.abs(mean) < 1e-3, String(mean));
    }
  });

  test('more probes, less error', async () => {
    const wide = {
      mean: Array.from({ length: 20 }, () => 0),
      deviation: Array.from({ length: 20 }, (_, k) => 0.2 + 0.1 * k),
    };
    const given = problem({ ...wide, levels: grid({ schedule: cosine(), count: 50 }), count: 24 });
    const options = { solver: 'rk4', odeSteps: 30 } as const;
    const exact = (await one(nllOde({ ...options, trace: 'exact' }).measure(given))).value;
    const rms = async (probes: number) => {
      let sum = 0;
      for (let seed = 0; seed < 8; seed++) {
        const { value } = await one(
          nllOde({ ...options, trace: 'gaussian', probes }).measure({ ...given, key: key(seed) }),
        );
        sum += (value - exact) ** 2 / 8;
      }
      return Math.sqrt(sum);
    };
    assert.ok((await rms(16)) < 0.5 * (await rms(1)));
  });

  test('rounded data: what spreading over the width of steps adds', async () => {
    // Data spread over many steps of rounding: the probability of a step is its width times the density, nearly.
    const q = 2 / 255;
    const smooth = { mean: [0, 0], deviation: [0.5, 0.5] };
    const given = problem({ ...smooth, levels: fine, count: 50 });
    const rounded = {
      ...given,
      data: floats(
        given.data.shape,
        given.data.data.map((x) => Math.round(x / q) * q),
      ),
      quantum: q,
    };
    const { value } = await one(nllOde({ tolerance: 1e-6 }).measure(rounded));
    close(value, exactBits(given, smooth) - Math.log2(q), 0.02);
  });

  test('does not depend on the batch', async () => {
    const given = problem({ ...skewed, levels: fine, count: 5 });
    const options = { solver: 'rk4', odeSteps: 20, trace: 'gaussian' } as const;
    const { value } = await one(nllOde(options).measure(given));
    const split = { ...given, model: { ...given.model, batch: 2 } };
    close((await one(nllOde(options).measure(split))).value, value, 1e-12);
  });

  test('a model that answers NaN ends it', async () => {
    const given = problem({ ...skewed, levels: fine, count: 2 });
    const broken: LikelihoodModel = {
      ...given.model,
      pull: async ({ x }) => ({
        denoised: floats(x.shape, new Float32Array(6).fill(Number.NaN)),
        product: x,
      }),
    };
    await assert.rejects(measured(nllOde().measure({ ...given, model: broken })), { code: 'non-finite' });
  });
});

suite('nll-vlb', () => {
  test('telescopes to the exact likelihood of Gaussian data as steps grow, from above', async () => {
    const gaps: number[] = [];
    for (const count of [20, 80, 320]) {
      const given = problem({ ...skewed, levels: evenLogSnr(count), count: 600 });
      const gap = (await one(nllVlb({ levels: 0 }).measure(given))).value - exactBits(given, skewed);
      // Each term is ½·(y′ − y)/(1 + y) nats with y = s²·SNR, where the integral has ½·ln((1 + y′)/(1 + y)).
      close(gap, expectedGap(evenLogSnr(count)), 4 * noiseOf(count));
      gaps.push(gap);
    }
    assert.ok(gaps[0]! > 3.5 * gaps[1]! && gaps[1]! > 3.5 * gaps[2]! && gaps[2]! > 0, gaps.join());
  });

  test('a few places of the chain give the same on average', async () => {
    const levels = grid({ schedule: cosine(), count: 100 });
    const given = problem({ ...skewed, levels, count: 64 });
    const all = await one(nllVlb({ levels: 0 }).measure(given));
    const values: number[] = [];
    for (let seed = 0; seed < 8; seed++) {
      values.push((await one(nllVlb({ levels: 20 }).measure({ ...given, key: key(seed) }))).value);
    }
    const mean = values.reduce((a, b) => a + b, 0) / 8;
    const error = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 7 / 8);
    assert.ok(Math.abs(mean - all.value) < 4 * error + 0.01, `${mean} ± ${error} instead of ${all.value}`);
  });

  test('is not below the likelihood by the ODE, and near it where steps are fine', async () => {
    const both = async (levels: Grid) => {
      const given = problem({ ...skewed, levels, count: 600 });
      const bound = (await one(nllVlb({ levels: 0 }).measure(given))).value;
      return { bound, ode: (await one(nllOde({ tolerance: 1e-6 }).measure(given))).value };
    };
    for (const schedule of [cosine(), linear({})]) {
      const { bound, ode } = await both(grid({ schedule, count: 100 }));
      assert.ok(bound > ode, `${bound} and ${ode}`);
    }
    const { bound, ode } = await both(evenLogSnr(320));
    close(bound - ode, expectedGap(evenLogSnr(320)), 4 * noiseOf(320));
  });

  test('its parts add up, and its error bar is that of the mean', async () => {
    const given = problem({ ...skewed, levels: fine, count: 16 });
    const { estimates, notes } = await measured(nllVlb({ levels: 10 }).measure(given));
    const [total, ...parts] = estimates.map(({ value }) => value);
    close(
      parts.reduce((a, b) => a + b, 0),
      total!,
      1e-9,
    );
    assert.deepEqual(notes, ['10 of 999 steps looked at per sample, one in each part of the chain']);
    const { interval, n } = estimates[0]!;
    assert.ok(interval![0] < total! && total! < interval![1] && n === 16);
  });

  test('rounded data: both decoders say the same where steps are narrow against the data', async () => {
    const q = 2 / 255;
    const smooth = { mean: [0, 0], deviation: [0.5, 0.5] };
    const given = problem({ ...smooth, levels: evenLogSnr(160), count: 600 });
    const data = floats(
      given.data.shape,
      given.data.data.map((x) => Math.round(x / q) * q),
    );
    const bits = async (decoder: 'discretised' | 'dequantised') =>
      (await one(nllVlb({ levels: 0, decoder }).measure({ ...given, data, quantum: q }))).value;
    const [one255, spread] = [await bits('discretised'), await bits('dequantised')];
    const exact = exactBits(given, smooth) - Math.log2(q);
    close(spread - exact, expectedGap(evenLogSnr(160), smooth.deviation), 4 * noiseOf(160) * Math.sqrt(1800 / 1200));
    close(one255, spread, 0.1);
  });

  test('learned variances need channels', async () => {
    const given = problem({ ...skewed, levels: fine, count: 2 });
    await assert.rejects(measured(nllVlb({ variance: 'learned-range' }).measure(given)), {
      code: 'bad-option',
      message:
        'nll-vlb: variance learned-range needs a network with channels for it, and this one has none. Take fixed-small.',
    });
  });
});

suite('networks', () => {
  const w = floats([3, 3], gaussians(key(5), 9));
  const small = (batch: number, extra = false) =>
    networkLikelihood({
      apply: ({ sample, timestep }) => {
        const t = reshape(mul(timestep, 1e-3), { shape: [batch, 1] });
        const y = tanh(add(matmul(sample, constant(w)), t));
        return extra ? matmul(y, constant(floats([3, 6], gaussians(key(6), 18)))) : y;
      },
      constants: {},
      precondition: discrete({ grid: fine, prediction: epsilon }),
      grid: fine,
      shape: [3],
      batch,
      conditional: false,
      runtime: referenceRuntime(),
    });

  test('the product with probes is the derivative by differences', async () => {
    const model = small(2);
    const levels = [fine.level(100), fine.level(600)];
    const x = floats([2, 3], gaussians(key(7), 6));
    const v = floats([2, 3], gaussians(key(8), 6));
    const { product } = await model.pull({ x, levels, labels: null }, v);
    const h = 1e-2;
    for (let i = 0; i < 6; i++) {
      const at = async (sign: number) => {
        const moved = floats(
          [2, 3],
          x.data.map((value, j) => value + (i === j ? sign * h : 0)),
        );
        const { denoised } = await model.denoise({ x: moved, levels, labels: null });
        return denoised.data.reduce((sum, d, j) => sum + d * v.data[j]!, 0);
      };
      close(
        product.data[i]!,
        ((await at(1)) - (await at(-1))) / (2 * h),
        2e-3 * Math.max(1, Math.abs(product.data[i]!)),
      );
    }
  });

  test('a batch that is not full is filled up and cut', async () => {
    const x = floats([1, 3], [0.1, 0.2, 0.3]);
    const noisy = { x, levels: [fine.level(300)], labels: null };
    const [full, wide] = [await small(1).denoise(noisy), await small(4).denoise(noisy)];
    assert.deepEqual(full.denoised, wide.denoised);
    assert.equal(full.variance, null);
  });

  test('channels beyond the data are what is said of variances, and the bound uses them', async () => {
    const model = small(2, true);
    const { variance } = await model.denoise({ x: floats([1, 3], [1, 2, 3]), levels: [fine.level(3)], labels: null });
    assert.deepEqual(variance!.shape, [1, 3]);
    const given = { model, data: floats([2, 3]), labels: null, quantum: null, key: key(0) };
    const learned = await one(nllVlb({ levels: 3 }).measure(given));
    const fixed = await one(nllVlb({ levels: 3, variance: 'fixed-small' }).measure(given));
    assert.notEqual(learned.value, fixed.value);
  });
});

suite('integrators', () => {
  /** y′ = −y·cos u, y(0) = 1: y = e^{−sin u}. */
  const f = async (u: number, y: Float64Array) => y.map((value) => -value * Math.cos(u));
  const end = async (work: AsyncGenerator<unknown, Float64Array>): Promise<number> => {
    for (;;) {
      const { done, value } = await work.next();
      if (done) return (value as Float64Array)[0]!;
    }
  };
  const start = { f, y: Float64Array.of(1), from: 0, to: 2 };
  const exact = Math.exp(-Math.sin(2));

  test('rk4 converges with order 4', async () => {
    const error = async (steps: number) => Math.abs((await end(rk4(start, steps))) - exact);
    const order = Math.log2((await error(20)) / (await error(40)));
    assert.ok(Math.abs(order - 4) < 0.3, String(order));
  });

  test('dormandPrince keeps to its tolerance', async () => {
    for (const tolerance of [1e-4, 1e-7, 1e-10]) {
      const error = Math.abs((await end(dormandPrince({ ...start, tolerance }))) - exact);
      assert.ok(error < 20 * tolerance, `${error} at ${tolerance}`);
    }
  });
});

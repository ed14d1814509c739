import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { evaluateGraph } from '../../../test/evaluate.js';
import { floats, type HostArray, type Shape, sizeOf } from '../../core/host-array.js';
import { fold, gaussians, key, uniforms } from '../../core/random.js';
import { add, grad, input, matmul, mean, mul, reshape, slice, sum, type Tensor, tanh } from '../../graph/index.js';
import { type Grid, grid } from '../grid.js';
import { cleanLevel } from '../level.js';
import { posterior } from '../processes/posterior.js';
import { convert, epsilon, type Prediction, predictions, v, x0 } from '../processes/predictions.js';
import { logVarianceBounds } from '../processes/variance.js';
import { cosine, linear } from '../schedules/index.js';
import type { Objective, TrainingBatch } from './objective.js';
import {
  denoisingScoreMatching,
  explicitScoreMatching,
  hybrid,
  implicitScoreMatching,
  objectives,
  simple,
  slicedScoreMatching,
  vlb,
} from './objectives/index.js';
import { boundTerms } from './variational.js';
import { minSnrWeighting, uniformWeighting } from './weightings/index.js';

const training = grid({ schedule: cosine() });

/** A network of two layers over points, told the time: enough to have second derivatives of every kind. */
interface Toy {
  readonly dim: number;
  readonly outputs: 1 | 2;
}
const hidden = 5;
const shapesOf = ({ dim, outputs }: Toy): Readonly<Record<string, Shape>> => ({
  w1: [dim, hidden],
  time: [1, hidden],
  w2: [hidden, dim * outputs],
  b2: [dim * outputs],
});

const toyValues = (toy: Toy, scale = 0.6): Record<string, HostArray<'float32'>> =>
  Object.fromEntries(
    Object.entries(shapesOf(toy)).map(([name, shape]) => [
      name,
      floats(
        shape,
        gaussians(fold(key(21), name), sizeOf(shape)).map((z) => scale * z),
      ),
    ]),
  );

interface Built {
  readonly loss: Tensor;
  readonly error: Tensor | null;
  readonly extra: Tensor | null;
  readonly params: Readonly<Record<string, Tensor>>;
  readonly x: Tensor;
}

/** Σ weight·error + extra of an objective over the toy network. */
function build(objective: Objective, toy: Toy, batch: number): Built {
  const shape = [batch, toy.dim];
  const made = new Map<string, Tensor>();
  const fed = (name: string, of: Shape = shape): Tensor => {
    if (!made.has(name)) made.set(name, input(name, of));
    return made.get(name)!;
  };
  const params = Object.fromEntries(Object.entries(shapesOf(toy)).map(([name, of]) => [name, input(name, of)]));
  const { w1, time, w2, b2 } = params as Record<'w1' | 'time' | 'w2' | 'b2', Tensor>;
  const t = reshape(mul(fed('index', [batch]), 0.001), { shape: [batch, 1] });
  const network = (x: Tensor) => {
    const raw = add(matmul(tanh(add(matmul(x, w1), matmul(t, time))), w2), b2);
    if (toy.outputs === 1) return { prediction: raw, variance: null };
    const piece = (from: number): Tensor => slice(raw, { axes: [1], starts: [from], ends: [from + toy.dim] });
    return { prediction: piece(0), variance: tanh(piece(toy.dim)) };
  };
  const { error, extra } = objective.losses({ shape, fed, network });
  const parts = [...(error ? [mul(error, fed('weight', [batch]))] : []), ...(extra ? [extra] : [])];
  return { loss: sum(parts.reduce((a, b) => add(a, b))), error, extra, params, x: fed('x') };
}

const bytes = (count: number, dim: number): HostArray<'float32'> =>
  floats(
    [count, dim],
    Float32Array.from(
      uniforms(key(4), count * dim),
      (u) => Math.round(Math.min(1, Math.max(0, u * 1.2 - 0.1)) * 255) / 127.5 - 1,
    ),
  );

interface Case {
  readonly name: string;
  readonly objective: Objective;
  readonly indices: readonly number[];
  readonly prediction?: Prediction;
}

const usual = [30, 400, 900];
const cases: readonly Case[] = [
  { name: 'simple, mse', objective: simple(), indices: usual },
  { name: 'simple, l1', objective: simple({ error: 'l1' }), indices: usual },
  { name: 'simple, huber', objective: simple({ error: 'huber', delta: 0.4 }), indices: usual },
  { name: 'simple, pseudo-huber', objective: simple({ error: 'pseudo-huber', delta: 0.4 }), indices: usual },
  { name: 'denoising of v', objective: denoisingScoreMatching(), indices: usual },
  { name: 'explicit of x0', objective: explicitScoreMatching(), indices: usual, prediction: x0 },
  { name: 'implicit of ε', objective: implicitScoreMatching(), indices: usual, prediction: epsilon },
  { name: 'implicit of v', objective: implicitScoreMatching(), indices: usual },
  { name: 'sliced of v', objective: slicedScoreMatching(), indices: usual },
  { name: 'sliced, not reduced', objective: slicedScoreMatching({ reduced: false }), indices: usual },
  { name: 'sliced, Gaussian', objective: slicedScoreMatching({ directions: 'gaussian' }), indices: usual },
  { name: 'vlb with learned variance', objective: vlb(), indices: usual },
  { name: 'vlb, first step', objective: vlb(), indices: [0, 0, 0] },
  { name: 'vlb, density', objective: vlb({ decoder: 'density' }), indices: [0, 1, 2] },
  { name: 'vlb, fixed', objective: vlb({ variance: 'fixed-large' }), indices: usual },
];

const prepared = (objective: Objective, given: Partial<Parameters<Objective['prepare']>[0]>): TrainingBatch =>
  objective.prepare({
    ...{ clean: bytes(3, 2), indices: usual, grid: training, prediction: v, weighting: minSnrWeighting() },
    ...{ key: key(8), data: bytes(7, 2), ...given },
  });

suite('gradients of losses are those of central differences', () => {
  for (const { name, objective, indices, prediction = v } of cases) {
    test(name, async () => {
      const toy: Toy = { dim: 2, outputs: objective.needs.outputs };
      const { loss, params } = build(objective, toy, 3);
      const feeds = { ...prepared(objective, { indices, prediction }), ...toyValues(toy) };
      const names = Object.keys(params);
      const grads = grad(loss, Object.values(params));
      const results = await evaluateGraph(Object.fromEntries(grads.map((g, i) => [`d/${names[i]}`, g])), feeds);
      const value = async (moved: Record<string, HostArray>): Promise<number> =>
        Number((await evaluateGraph({ loss }, { ...feeds, ...moved }))['loss']!.data[0]);
      for (const name of names) {
        const at = feeds[name] as HostArray<'float32'>;
        const direction = gaussians(fold(key(31), name), at.data.length);
        const exact = (results[`d/${name}`]!.data as Float32Array).reduce(
          (total, g, i) => total + g * direction[i]!,
          0,
        );
        const h = 4e-3;
        const shifted = (by: number) =>
          value({
            [name]: floats(
              at.shape,
              at.data.map((p, i) => p + by * direction[i]!),
            ),
          });
        const [f1, f2, b1, b2] = [await shifted(h), await shifted(2 * h), await shifted(-h), await shifted(-2 * h)];
        const numeric = (8 * (f1 - b1) - (f2 - b2)) / (12 * h);
        // Losses are float32: their last digit, divided by h, is what differences can see.
        const blur = (Math.abs(await value({})) * 1e-6) / h;
        assert.ok(Math.abs(exact - numeric) < 2e-3 * Math.abs(exact) + blur + 1e-4, `${name}: ${exact}, ${numeric}`);
      }
    });
  }

  test('every objective is among the cases, or has a test of its own', () => {
    const examined = new Set([...cases.map(({ objective }) => objective.name), 'hybrid']);
    assert.deepEqual([...objectives.names].sort(), [...examined].sort());
  });
});

suite('hybrid', () => {
  const toy: Toy = { dim: 2, outputs: 2 };
  const indices = [0, 3, 700];
  const gradientsOf = async (objective: Objective, part: 'loss' | 'extra') => {
    const built = build(objective, toy, 3);
    const y = part === 'loss' ? built.loss : sum(built.extra!);
    const grads = grad(y, [built.params['w2']!, built.params['w1']!]);
    const feeds = { ...prepared(objective, { indices }), ...toyValues(toy) };
    const results = await evaluateGraph({ dw2: grads[0]!, dw1: grads[1]! }, feeds);
    return results as Record<'dw1' | 'dw2', HostArray<'float32'>>;
  };
  /** Columns of w2 that make the prediction, or the variance. */
  const columns = ({ data }: HostArray<'float32'>, of: 'prediction' | 'variance'): number[] =>
    [...data].filter((_, i) => i % 4 < 2 === (of === 'prediction'));

  test('the bound does not move the prediction', async () => {
    const [bound, whole, plain] = [
      await gradientsOf(hybrid(), 'extra'),
      await gradientsOf(hybrid(), 'loss'),
      await gradientsOf(simple(), 'loss'),
    ];
    assert.ok(columns(bound.dw2, 'prediction').every((g) => g === 0));
    assert.ok(columns(bound.dw2, 'variance').every((g) => g !== 0));
    assert.deepEqual(columns(whole.dw2, 'prediction'), columns(plain.dw2, 'prediction'));
  });

  test('moves the variance as the bound itself does, λ times', async () => {
    const [ours, full] = [await gradientsOf(hybrid({ lambda: 0.25 }), 'extra'), await gradientsOf(vlb(), 'extra')];
    for (const [i, g] of columns(full.dw2, 'variance').entries()) {
      const found = columns(ours.dw2, 'variance')[i]!;
      assert.ok(Math.abs(found - g / 4) <= 1e-5 * Math.abs(g), `${found} against ${g / 4}`);
    }
  });

  test('is L_simple, weighted, plus λ·L_vlb', async () => {
    const terms = async (objective: Objective) => {
      const { loss, error, extra } = build(objective, toy, 3);
      const outputs = { loss, ...(error && { error }), ...(extra && { extra }) };
      const results = await evaluateGraph(outputs, { ...prepared(objective, { indices }), ...toyValues(toy) });
      return results as Record<'loss' | 'error' | 'extra', HostArray<'float32'>>;
    };
    const [both, plain, bound] = [await terms(hybrid()), await terms(simple()), await terms(vlb())];
    assert.deepEqual(both.error.data, plain.error.data);
    for (const [i, term] of bound.extra.data.entries()) {
      assert.ok(Math.abs(both.extra.data[i]! / (0.001 * term) - 1) < 1e-5);
    }
    const [a, b, c] = [both, plain, bound].map(({ loss }) => loss.data[0]!);
    assert.ok(Math.abs(a! - (b! + 0.001 * c!)) < 1e-5 * Math.abs(a!));
  });
});

suite('vlb', () => {
  const [count, dim] = [6, 3];
  const clean = bytes(count, dim);
  const indices = [0, 0, 1, 20, 500, 998];

  /** A network whose answers are fed: what the host's terms say of the very same mean and variance. */
  async function against(prediction: Prediction, chain: Grid, decoder: 'discretised' | 'density') {
    const objective = vlb({ decoder });
    const batch: TrainingBatch = objective.prepare({
      ...{ clean, indices, grid: chain, prediction, weighting: uniformWeighting(), key: key(3) },
    });
    const shape = [count, dim];
    const noise = (label: string, scale: number): number[] =>
      [...gaussians(fold(key(12), label), count * dim)].map((z) => scale * z);
    // Errors that shift the mean of a step by about its deviation, as those of a trained network do.
    const gains = batch['gain']!.data;
    const widths = Array.from(batch['posterior']!.data, (log: number) => Math.exp(log / 2));
    const raw = noise('raw', 0.8).map((z, i) => {
      const row = Math.floor(i / dim);
      return batch['target']!.data[i]! + (z * widths[row]!) / Math.abs(gains[row]!);
    });
    const said = noise('said', 0.4);
    const fed = new Map<string, Tensor>();
    const graph = {
      shape,
      fed: (name: string, of: Shape = shape) => fed.get(name) ?? (fed.set(name, input(name, of)), fed.get(name)!),
      network: () => ({ prediction: input('raw', shape), variance: input('said', shape) }),
    };
    const { extra } = objective.losses(graph);
    const results = await evaluateGraph(
      { extra: extra! },
      { ...batch, raw: floats(shape, raw), said: floats(shape, said) },
    );
    const mean = new Float32Array(count * dim);
    const logVariance = new Float32Array(count * dim);
    for (let i = 0; i < mean.length; i++) {
      const index = indices[Math.floor(i / dim)]!;
      const [more, less] = [chain.level(index), index === 0 ? cleanLevel : chain.level(index - 1)];
      const q = posterior(more, less);
      const denoised = convert({ from: prediction, to: x0, level: more });
      mean[i] = q.x * batch.x!.data[i]! + q.clean * (denoised.x * batch.x!.data[i]! + denoised.raw * raw[i]!);
      const floor = posterior(chain.level(1), chain.level(0)).sigma ** 2;
      const { small, large } = logVarianceBounds({ more, less, ...(index === 0 && { floor }) });
      logVariance[i] = (large + small) / 2 + (said[i]! * (large - small)) / 2;
    }
    const expected = boundTerms({
      ...{
        clean,
        x: batch.x!,
        indices,
        grid: chain,
        mean: floats(shape, mean),
        logVariance: floats(shape, logVariance),
      },
      decoder: decoder === 'density' ? { kind: 'density' } : { kind: 'discretised', cdf: 'tanh' },
    });
    for (const [row, term] of expected.entries()) {
      const found = Number(results['extra']!.data[row]) / chain.count;
      assert.ok(Math.abs(found - term) < 2e-3 * Math.abs(term) + 1e-7, `${prediction.name} ${row}: ${found}, ${term}`);
    }
  }

  for (const prediction of Object.values(predictions.entries)) {
    for (const [name, schedule] of Object.entries({ linear, cosine })) {
      test(`equals the terms of the host: ${prediction.name}, ${name}`, async () => {
        for (const decoder of ['discretised', 'density'] as const) {
          await against(prediction, grid({ schedule: schedule() }), decoder);
        }
      });
    }
  }

  test('pictures in the far tail of the decoder still have a gradient', async () => {
    const objective = vlb({ variance: 'fixed-small' });
    const batch = prepared(objective, { clean: floats([1, 2], [0.5, -1]), indices: [0] });
    const shape = [1, 2];
    const raw = input('raw', shape);
    const graph = {
      shape,
      fed: (name: string, of: Shape = shape) => input(name, of),
      network: () => ({ prediction: raw, variance: null }),
    };
    const { extra } = objective.losses(graph);
    const [g] = grad(sum(extra!), [raw]);
    const far = {
      ...batch,
      raw: floats(
        shape,
        batch['target']!.data.map((t, i) => t + (i === 0 ? 40 : -40)),
      ),
    };
    const results = await evaluateGraph({ g: g!, extra: extra! }, far);
    const found = Array.from(results['g']!.data, Number);
    assert.ok(
      found.every((value) => Number.isFinite(value) && Math.abs(value) > 1),
      found.join(),
    );
    assert.ok(Number.isFinite(results['extra']!.data[0]), String(results['extra']!.data[0]));
  });
});

suite('errors that count less than their square', () => {
  const shape = [1, 5];
  const e = floats(shape, [-3, -0.2, 0.01, 0.4, 2]);
  const lossOf = async (objective: Objective): Promise<number> => {
    const graph = {
      shape,
      fed: (name: string, of: Shape = shape) => input(name, of),
      network: (x: Tensor) => ({ prediction: x, variance: null }),
    };
    const { error } = objective.losses(graph);
    return Number((await evaluateGraph({ error: error! }, { x: e, target: floats(shape) }))['error']!.data[0]);
  };
  const average = (f: (value: number) => number): number => e.data.reduce((total, value) => total + f(value), 0) / 5;
  const near = (a: number, b: number, tolerance = 1e-6): void =>
    assert.ok(Math.abs(a / b - 1) < tolerance, `${a} against ${b}`);

  test('are what they say', async () => {
    near(await lossOf(simple({ error: 'l1' })), average(Math.abs));
    const huber = (u: number): number => (Math.abs(u) <= 0.4 ? u ** 2 : 0.8 * Math.abs(u) - 0.16);
    near(await lossOf(simple({ error: 'huber', delta: 0.4 })), average(huber));
    near(
      await lossOf(simple({ error: 'pseudo-huber', delta: 0.4 })),
      average((u) => 0.8 * (Math.sqrt(u ** 2 + 0.16) - 0.4)),
    );
  });

  test('are the square when wide, and |e| when narrow', async () => {
    const [square, absolute] = [await lossOf(simple()), await lossOf(simple({ error: 'l1' }))];
    for (const error of ['huber', 'pseudo-huber'] as const) {
      near(await lossOf(simple({ error, delta: 1000 })), square, 1e-5);
      near((await lossOf(simple({ error, delta: 1e-5 }))) / 2e-5, absolute, 1e-3);
    }
  });
});

suite('all ways to match a score have the same minimiser', () => {
  // Data of covariance S and a linear network ε̂ = x·A: every loss is quadratic in x, so that a set of points with the
  // right second moments stands for the distribution, and the minimum is known: A = σ·(α²·S + σ²)⁻¹.
  const level = training.level(420);
  const { alpha, sigma } = level;
  const chol = [
    [0.9, 0],
    [0.5, 0.6],
  ] as const;
  const rows: { readonly x0: readonly number[]; readonly e: readonly number[]; readonly v: readonly number[] }[] = [];
  const corners = [0, 1].flatMap((axis) =>
    [Math.SQRT2, -Math.SQRT2].map((s) => [0, 1].map((i) => (i === axis ? s : 0))),
  );
  for (const z of corners) {
    for (const e of corners) {
      for (const v of [
        [1, 1],
        [1, -1],
      ]) {
        // prettier-ignore
        rows.push({ x0: [0, 1].map((i) => chol[i]![0]! * z[0]! + chol[i]![1]! * z[1]!), e, v });
      }
    }
  }
  const S = [0, 1].map((i) => [0, 1].map((j) => chol[i]![0]! * chol[j]![0]! + chol[i]![1]! * chol[j]![1]!));
  const C = S.map((row, i) => row.map((s, j) => alpha ** 2 * s + (i === j ? sigma ** 2 : 0)));
  const determinant = C[0]![0]! * C[1]![1]! - C[0]![1]! * C[1]![0]!;
  const optimum = [C[1]![1]!, -C[0]![1]!, -C[1]![0]!, C[0]![0]!].map((c) => (sigma * c) / determinant);

  const B = rows.length;
  const table = (f: (row: (typeof rows)[number]) => readonly number[]): HostArray<'float32'> =>
    floats([B, 2], rows.flatMap(f));
  const x = table(({ x0, e }) => [0, 1].map((i) => alpha * x0[i]! + sigma * e[i]!));
  const exact = floats(
    [B, 2],
    rows.flatMap((_, b) => [0, 1].map((j) => x.data[2 * b]! * optimum[j]! + x.data[2 * b + 1]! * optimum[2 + j]!)),
  );
  const ones = floats([B], new Float32Array(B).fill(1));
  const common = { x, onX: floats([B]), onRaw: ones, sigma: floats([B], new Float32Array(B).fill(sigma)) };

  const ways: Readonly<Record<string, { readonly objective: Objective; readonly feeds: Record<string, HostArray> }>> = {
    explicit: { objective: explicitScoreMatching(), feeds: { noise: exact } },
    denoising: { objective: denoisingScoreMatching(), feeds: { noise: table(({ e }) => e) } },
    implicit: { objective: implicitScoreMatching(), feeds: {} },
    sliced: { objective: slicedScoreMatching(), feeds: { v: table(({ v }) => v) } },
    'sliced, not reduced': { objective: slicedScoreMatching({ reduced: false }), feeds: { v: table(({ v }) => v) } },
    'simple, of ε': { objective: simple(), feeds: { target: table(({ e }) => e) } },
  };
  const gaps: number[] = [];

  for (const [name, { objective, feeds }] of Object.entries(ways)) {
    test(`${name}: gradient descent ends in the score of the noised data`, async () => {
      const A = input('A', [2, 2]);
      const made = new Map<string, Tensor>();
      const { error } = objective.losses({
        shape: [B, 2],
        fed: (name, of = [B, 2]) => made.get(name) ?? (made.set(name, input(name, of)), made.get(name)!),
        network: (x) => ({ prediction: matmul(x, A), variance: null }),
      });
      const loss = mean(error!);
      const [g] = grad(loss, [A]);
      let value = floats([2, 2]);
      let last = 0;
      const first = Number((await evaluateGraph({ loss }, { ...common, ...feeds, A: value }))['loss']!.data[0]);
      for (let step = 0; step < 250; step++) {
        const results = await evaluateGraph({ g: g!, loss }, { ...common, ...feeds, A: value });
        value = floats(
          [2, 2],
          value.data.map((a, i) => a - 0.5 * Number(results['g']!.data[i])),
        );
        last = Number(results['loss']!.data[0]);
      }
      for (const [i, a] of optimum.entries()) assert.ok(Math.abs(value.data[i]! - a) < 1e-4, `${value.data[i]}, ${a}`);
      gaps.push(first - last);
    });
  }

  test('they differ by a constant: all fall by the same amount', () => {
    for (const gap of gaps) assert.ok(Math.abs(gap - gaps[0]!) < 1e-5, `${gap} against ${gaps[0]}`);
    assert.equal(gaps.length, Object.keys(ways).length);
  });
});

suite('what score matching is fed', () => {
  test('explicit: the score of two points is known', () => {
    // Data ±1 in one dimension: E[x₀ | x] = tanh(α·x/σ²)
    const indices = [100, 500, 900];
    const data = floats([2, 1], [-1, 1]);
    const given = { clean: floats([3, 1], [1, -1, 1]), data, indices, prediction: epsilon };
    const batch = prepared(explicitScoreMatching(), given);
    for (const [row, index] of indices.entries()) {
      const { alpha, sigma } = training.level(index);
      const x = batch.x!.data[row]!;
      const expected = (x - alpha * Math.tanh((alpha * x) / sigma ** 2)) / sigma;
      assert.ok(Math.abs(batch['noise']!.data[row]! - expected) < 1e-5);
    }
    assert.throws(() => explicitScoreMatching().prepare({ ...full(given), data: floats([2, 3]) }), {
      message: 'explicit: needs the whole data set, [N, 1], got [2, 3]. Pass it as data.',
    });
  });

  const full = (given: object): Parameters<Objective['prepare']>[0] =>
    ({ grid: training, weighting: uniformWeighting(), key: key(1), ...given }) as never;

  test('sliced: signs, or Gaussians, of the row and not of its batch', () => {
    const clean = bytes(4, 3);
    const given = { clean, indices: [1, 2, 3, 4] };
    const signs = prepared(slicedScoreMatching(), given)['v']!;
    assert.ok(signs.data.every((sign) => Math.abs(sign) === 1) && new Set(signs.data).size === 2);
    const part = { clean: floats([2, 3], clean.data.slice(6)), indices: [3, 4], first: 2 };
    assert.deepEqual(prepared(slicedScoreMatching(), part)['v']!.data, signs.data.slice(6));
    const drawn = prepared(slicedScoreMatching({ directions: 'gaussian' }), given)['v']!;
    assert.equal(new Set(drawn.data.map(Math.abs)).size, 12);
  });

  test('conversions make ε out of every prediction', async () => {
    const objective = denoisingScoreMatching();
    for (const prediction of Object.values(predictions.entries)) {
      const batch = prepared(objective, { prediction });
      const target = prepared(simple(), { prediction })['target']!; // what a perfect network says
      const { error } = objective.losses({
        shape: [3, 2],
        fed: (name, of = [3, 2]) => input(name, of),
        network: () => ({ prediction: input('answer', [3, 2]), variance: null }),
      });
      const results = await evaluateGraph({ error: error! }, { ...batch, answer: target });
      assert.ok(
        [...results['error']!.data].every((value) => Number(value) < 1e-6),
        prediction.name,
      );
    }
  });
});

suite('noise of another kind', () => {
  const [count, channels, size] = [4000, 2, 9];
  const clean = floats([count, channels, size]);
  const given = {
    clean,
    indices: new Array<number>(count).fill(400),
    prediction: epsilon,
    weighting: uniformWeighting(),
  };

  test('offset noise: values of a channel share a part of variance s²', () => {
    const { target } = prepared(simple(), { ...given, noise: { offset: 0.5 } }) as Record<string, HostArray<'float32'>>;
    const at = (row: number, c: number, i: number): number => target!.data[(row * channels + c) * size + i]!;
    const covariance = (f: (row: number) => number, g: (row: number) => number): number =>
      Array.from({ length: count }, (_, row) => f(row) * g(row)).reduce((a, b) => a + b) / count;
    const close = (found: number, expected: number): void => assert.ok(Math.abs(found - expected) < 0.08, `${found}`);
    close(
      covariance(
        (row) => at(row, 0, 3),
        (row) => at(row, 0, 3),
      ),
      1.25,
    ); // prettier-ignore
    close(
      covariance(
        (row) => at(row, 0, 3),
        (row) => at(row, 0, 7),
      ),
      0.25,
    ); // prettier-ignore
    close(
      covariance(
        (row) => at(row, 0, 3),
        (row) => at(row, 1, 3),
      ),
      0,
    ); // prettier-ignore
  });

  test('input perturbation: x is of more noise, the target of the same', () => {
    const [plain, perturbed] = [
      prepared(simple(), given),
      prepared(simple(), { ...given, noise: { perturbation: 0.3 } }),
    ];
    assert.deepEqual(perturbed['target'], plain['target']);
    const { sigma } = training.level(400);
    const square = plain.x!.data.reduce((total, value, i) => total + (perturbed.x!.data[i]! - value) ** 2, 0);
    const deviation = Math.sqrt(square / plain.x!.data.length) / sigma;
    assert.ok(Math.abs(deviation - 0.3) < 0.005, `${deviation}`);
  });

  test('nothing asked is nothing changed, and rows keep their noise in any batch', () => {
    assert.deepEqual(prepared(simple(), { ...given, noise: {} }), prepared(simple(), given));
    assert.deepEqual(
      prepared(simple(), { ...given, noise: { offset: 0, perturbation: 0 } }),
      prepared(simple(), given),
    );
    const kind = { offset: 0.2, perturbation: 0.1 };
    const whole = prepared(simple(), { ...given, noise: kind });
    const part = prepared(simple(), {
      ...{ ...given, noise: kind, first: 3, indices: [400] },
      clean: floats([1, channels, size]),
    });
    assert.deepEqual(part.x!.data, whole.x!.data.slice(3 * channels * size, 4 * channels * size));
  });
});

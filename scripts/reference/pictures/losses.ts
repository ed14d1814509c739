import { floats, type HostArray, type Shape } from '../../../src/core/host-array.js';
import { fold, key } from '../../../src/core/random.js';
import {
  createLevelHistory,
  errorScale,
  grid,
  type Level,
  type LevelSampler,
  leastError,
  logSnr,
  type ObjectiveFactory,
  predictions,
  uniformWeighting,
  type Weighting,
  x0,
} from '../../../src/diffusion/index.js';
import { add, constant, div, input, mul, sub, type Tensor, tanh } from '../../../src/graph/index.js';
import { band, bars, category, line, panels, rule } from '../../../src/plot/index.js';
import { referenceRuntime } from '../../../src/runtime/reference.js';
import { bells, schedule } from './playground.js';

const training = grid({ schedule });
const indices = Array.from({ length: 120 }, (_, i) => Math.round((i / 119) * (training.count - 2)));
const lambdas = indices.map((index) => logSnr(training.level(index)));
const noiseToData = { label: 'log-SNR: noise on the left, data on the right', domain: [-10, 10] as const };

/** What a level counts, in the error of ε, of v and of x₀, and the share of the loss that is. */
export function weightingPicture(name: string, create: () => Weighting): string {
  const made = create();
  const weight = (prediction: (typeof predictions.entries)['v'], i: number): number =>
    made.weight({
      level: training.level(indices[i]!),
      prediction,
      place: { grid: training, index: indices[i]! },
    });
  const { epsilon, v } = predictions.entries;
  const shown = [
    { of: epsilon, label: 'error of ε' },
    { of: v, label: 'error of v' },
    { of: x0, label: 'error of x₀' },
  ];
  const times = indices.map((index) => (index + 1) / training.count);
  const losses = indices.map((index, i) => {
    const level = training.level(index);
    return ((weight(v, i) * errorScale(v, level)) / errorScale(x0, level)) * leastError({ data: bells, level });
  });
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  return panels(
    [
      {
        title: 'factor of the squared error',
        x: noiseToData,
        y: { kind: 'log', domain: [1e-5, 1e5] },
        marks: shown.map(({ of, label }, k) =>
          line({ x: lambdas, y: lambdas.map((_, i) => weight(of, i)), colour: category(k), label }),
        ),
      },
      {
        title: 'where the loss of the best network is',
        x: { label: 'time t: data on the left', domain: [0, 1] },
        y: { kind: 'log', domain: [1e-3, 30] },
        marks: [
          rule({ y: 1, text: 'evenly' }),
          line({
            x: times,
            y: losses.map((loss) => loss / mean),
            colour: category(3),
            label: 'loss over its mean, three bells',
          }),
        ],
      },
    ],
    { title: name, subtitle: 'On the cosine schedule', width: 880, innerHeight: 210 },
  );
}

/** Where draws fall, over time and over log-SNR. */
export function levelsPicture(name: string, create: () => LevelSampler): string {
  const sampler = create();
  const size = sampler.history;
  const history = size ? createLevelHistory(size) : null;
  if (history && size) {
    const at = Array.from({ length: size.parts * size.memory }, (_, i) => ((i % size.parts) + 0.5) / size.parts);
    // losses as those of the variational bound: large at the data, small elsewhere
    history.record(
      at,
      at.map((t) => 0.02 + Math.exp(-30 * t)),
    );
  }
  const drawn = sampler.levels({ key: key(5), count: 20_000, grid: training, history });
  const count = 40;
  const share = (values: readonly number[], from: number, to: number): number[] => {
    const out = new Array<number>(count).fill(0);
    for (const value of values) {
      const cell = Math.floor(((value - from) / (to - from)) * count);
      if (cell >= 0 && cell < count) out[cell]! += 1 / values.length;
    }
    return out;
  };
  const edges = (from: number, to: number) =>
    Array.from({ length: count + 1 }, (_, i) => from + (i / count) * (to - from));
  const [times, ratios] = [
    [...drawn.indices].map((index) => (index + 0.5) / training.count),
    [...drawn.indices].map((index) => logSnr(training.level(index))),
  ];
  const percent = { format: (v: number) => `${Math.round(100 * v * 10) / 10} %` };
  return panels(
    [
      {
        title: 'over time',
        x: { label: 'time t: data on the left', domain: [0, 1] },
        y: percent,
        marks: [bars({ edges: edges(0, 1), values: share(times, 0, 1), fill: 1 })],
      },
      {
        title: 'over log-SNR',
        x: noiseToData,
        y: percent,
        marks: [bars({ edges: edges(-10, 10), values: share(ratios, -10, 10), fill: 1, colour: category(2) })],
      },
    ],
    {
      title: name,
      subtitle: size
        ? 'Share of 20,000 draws on the cosine schedule, where losses were large near the data before'
        : 'Share of 20,000 draws on the cosine schedule',
      width: 880,
      innerHeight: 190,
    },
  );
}

/** Two bells at ±m of width s: data whose best network is a formula of a graph. */
const [m, s] = [0.7, 0.25];
const rows = 2000;

/** The loss of the best network there is, level by level: mean and spread over samples. */
export async function objectivePicture(name: string, create: ObjectiveFactory): Promise<string> {
  const { data: needsData } = create.definition.needs instanceof Function ? {} : (create.definition.needs ?? {});
  const objective = create(name === 'vlb' || name === 'hybrid' ? ({ decoder: 'density' } as never) : {});
  const shape: Shape = [rows, 1];
  const clean = floats(shape, bellsOf(rows));
  const at = [3, 20, 60, 120, 200, 300, 400, 500, 600, 700, 800, 880, 940, 975];
  const { v } = predictions.entries;
  const found: { readonly mean: number; readonly deviation: number; readonly extra: number | null }[] = [];
  for (const index of at) {
    const level = training.level(index);
    const batch = objective.prepare({
      clean,
      indices: new Array<number>(rows).fill(index),
      grid: training,
      prediction: v,
      weighting: uniformWeighting(),
      key: fold(key(8), 'objective', index),
      ...(needsData && { data: clean }),
    });
    const made = new Map<string, Tensor>();
    const fed = (of: string, as: Shape = shape): Tensor => {
      if (!made.has(of)) made.set(of, input(of, as));
      return made.get(of)!;
    };
    const network = (x: Tensor) => ({
      prediction: bestVelocity(x, level),
      variance: objective.needs.outputs === 2 ? constant(floats(shape)) : null,
    });
    const { error, extra } = objective.losses({ shape, fed, network });
    const outputs = { ...(error && { error }), ...(extra && { extra }) };
    const feeds = Object.fromEntries([...made].map(([of]) => [of, (batch as Record<string, HostArray>)[of]!]));
    const result = await (await referenceRuntime().compile({ outputs })).run(feeds);
    const values = [...(result['error'] ?? result['extra'])!.data].map(Number);
    const mean = values.reduce((sum, value) => sum + value, 0) / rows;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows);
    const beside =
      error && extra ? [...result['extra']!.data].reduce((sum: number, value) => sum + Number(value), 0) / rows : null;
    found.push({ mean, deviation, extra: beside });
  }
  const x = at.map((index) => logSnr(training.level(index)));
  const means = found.map(({ mean }) => mean);
  const edge = (sign: number): number[] => found.map(({ mean, deviation }) => mean + sign * deviation);
  const extras = found.map(({ extra }) => extra ?? NaN);
  const unit = objective.terms === 'extra' ? 'bits per dimension, N times the term' : 'loss';
  return panels(
    [
      {
        title: 'level by level',
        x: noiseToData,
        y: { label: unit, ...(name === 'vlb' && { kind: 'log' as const }) },
        marks: [
          ...(name === 'vlb'
            ? []
            : [band({ x, low: edge(-1), high: edge(1), label: 'one standard deviation of single samples' })]),
          line({ x, y: means, label: 'mean' }),
          ...(extras.some(Number.isFinite)
            ? [line({ x, y: extras, colour: category(1), dashed: true, label: 'the term of the bound beside it' })]
            : []),
        ],
      },
      {
        title: 'spread of single samples: noise of the gradient',
        x: noiseToData,
        y: { label: 'standard deviation', ...(name === 'vlb' && { kind: 'log' as const }) },
        marks: [line({ x, y: found.map(({ deviation }) => deviation), colour: category(3) })],
      },
    ],
    {
      title: name,
      subtitle: 'What the best possible network still pays: two bells at ±0.7 of width 0.25, prediction v',
      width: 880,
      innerHeight: 200,
    },
  );
}

function bellsOf(count: number): Float32Array {
  const halves = Array.from({ length: count }, (_, i) => quantile((Math.floor(i / 2) + 0.5) / Math.ceil(count / 2)));
  return Float32Array.from(halves, (z, i) => (i % 2 === 0 ? m : -m) + s * z);
}

/** Φ⁻¹ by bisection on a logistic guess; a draw that is the same everywhere. */
function quantile(u: number): number {
  const cdf = (z: number): number => 1 / (1 + Math.exp(-1.5976 * z - 0.070566 * z ** 3));
  let [low, high] = [-6, 6];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (cdf(middle) < u) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** v = (α·x − D)/σ with D of the two bells: v_s = α²s² + σ², D = α·s²·x/v_s + (σ²/v_s)·m·tanh(α·m·x/v_s). */
function bestVelocity(x: Tensor, { alpha, sigma }: Level): Tensor {
  const spread = (alpha * s) ** 2 + sigma ** 2;
  const side = tanh(mul(x, (alpha * m) / spread));
  const denoised = add(mul(x, (alpha * s ** 2) / spread), mul(side, (sigma ** 2 / spread) * m));
  return div(sub(mul(x, alpha), denoised), sigma);
}

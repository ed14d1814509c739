import { floats, type HostArray } from '../../../src/core/host-array.js';
import { fold, key } from '../../../src/core/random.js';
import { batchSpace } from '../../../src/core/space.js';
import { cosine, kinds, type Level, mixture } from '../../../src/diffusion/index.js';
import { gridOf, heatMap, type Mark, type Range } from '../../../src/plot/index.js';
import { type Denoiser, intervals, type Sampler, type Steps, trajectory } from '../../../src/sampling/index.js';

/** What pictures are drawn of: three bells on a line, about which everything is known. */
export const bells = mixture([
  { weight: 0.35, mean: [-1.1], sd: 0.2 },
  { weight: 0.2, mean: [0.1], sd: 0.12 },
  { weight: 0.45, mean: [1], sd: 0.25 },
]);

/** The log-SNR from noise to data that pictures show. */
export const shown: Range = [-6, 6];

/** The variance-preserving level of a log-SNR. */
export const levelOf = (lambda: number): Level => kinds['variance-preserving'].level(lambda);

/** Levels evenly in log-SNR, in so many steps. */
export const evenly = (count: number, [from, to]: Range = shown): readonly Level[] =>
  Array.from({ length: count + 1 }, (_, i) => levelOf(from + (i / count) * (to - from)));

/** Times in (0, 1), for curves of a schedule. */
export const times = Array.from({ length: 161 }, (_, i) => 0.001 + (0.998 * i) / 160);

export const schedule = cosine();

export type Batch = HostArray<'float32'>;

/** The exact denoiser of the bells for [1, N], N places that do not see each other. */
export const denoiseMany: Denoiser<Batch> = async (x, level) =>
  floats(
    x.shape,
    x.data.map((value) => bells.denoise([value], level)[0]!),
  );

export const denoiseOne: Denoiser<number> = async (x, level) => bells.denoise([x], level)[0]!;

/** Where the probability-flow ODE leads, by Runge and Kutta's rule: dy/du = y − D(y; ρ), y = x/α, u = ln ρ, ρ = σ/α. */
export function flowed(x: number, from: Level, to: Level): number {
  const [start, end] = [from, to].map(({ alpha, sigma }) => Math.log(sigma / alpha)) as [number, number];
  const count = Math.max(1, Math.ceil(Math.abs(end - start) / 0.02));
  const h = (end - start) / count;
  const slope = (y: number, u: number): number => y - bells.denoise([y], { alpha: 1, sigma: Math.exp(u) })[0]!;
  let y = x / from.alpha;
  for (let i = 0; i < count; i++) {
    const u = start + i * h;
    const a = slope(y, u);
    const b = slope(y + (h / 2) * a, u + h / 2);
    const c = slope(y + (h / 2) * b, u + h / 2);
    const d = slope(y + h * c, u + h);
    y += (h / 6) * (a + 2 * b + 2 * c + d);
  }
  return to.alpha * y;
}

export interface WalkOptions {
  readonly sampler: Sampler;
  readonly steps: Steps;
  readonly start: Batch;
  readonly denoise?: Denoiser<Batch>;
  readonly seed?: number;
}

/** Every state of a walk with the level it belongs to, the start first. */
export async function walked({ sampler, steps, start, denoise = denoiseMany, seed = 1 }: WalkOptions) {
  const states: { readonly level: Level; readonly x: Batch }[] = [];
  const walk = trajectory({ denoise, sampler, steps, start, space: batchSpace(), key: key(seed) });
  for (;;) {
    const { done, value } = await walk.next();
    if (done) return [...states, { level: intervals(steps).at(-1)!.to, x: value }];
    states.push({ level: value.level, x: value.x });
  }
}

/** Draws from the noised bells, [1, N]. */
export const drawn = (count: number, level: Level): Batch =>
  floats(
    [1, count],
    Float32Array.from(bells.diffused(level).sample({ count, key: fold(key(3), 'start') }), ([x]) => x!),
  );

/** The density of the bells over log-SNR, every moment divided by its highest value. */
export function densityMark(reach = 2.6, [columns, rows] = [84, 56]): Mark {
  const field = gridOf({ x: shown, y: [-reach, reach], columns: columns!, rows: rows! }, (lambda, x) =>
    bells.density([x], levelOf(lambda)),
  );
  const top = (column: number): number =>
    Math.max(...Array.from({ length: rows! }, (_, row) => field.values[row * columns! + column]!));
  const tops = Array.from({ length: columns! }, (_, column) => top(column));
  const values = Float64Array.from(field.values, (v, i) => v / tops[i % columns!]!);
  return heatMap({ field: { ...field, values }, domain: [0, 1.25] }); // white lines are seen on all of it
}

/** Grey that is seen on light and on dark ground: for what a thing is compared with. */
export const grey = '#8a8a8a';

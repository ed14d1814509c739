import type { HostArray } from '../core/host-array.js';
import { fold, type Key, key } from '../core/random.js';
import { type Batch, type DataSet, gather } from '../data/index.js';
import {
  errorScale,
  type Grid,
  type Objective as Loss,
  magnitude,
  type Prediction,
  v,
  type Weighting,
} from '../diffusion/index.js';
import { input, optimize } from '../graph/index.js';
import type { ParamValues } from '../nn/index.js';
import type { Executable, Feeds, Runtime } from '../runtime/index.js';
import { noisedFeeds } from './denoising.js';
import type { Objective } from './update.js';

export interface ValidatorOptions {
  readonly runtime: Runtime;
  /** The objective at the batch size to use, without dropout. */
  readonly objective: Objective;
  readonly batch: number;
  readonly data: DataSet;
  /** Positions of the held-out pictures. */
  readonly indices: ArrayLike<number>;
  readonly loss: Loss;
  readonly grid: Grid;
  readonly prediction: Prediction;
  /** What the network is told of the level at an index, where that is not the index; see `asSeen`. */
  readonly told?: (index: number) => number;
  /** The label for pictures without a class; null for an unconditional network. */
  readonly nullLabel: number | null;
  /** What is fed as `condition` for some pictures, where the network is told one. */
  readonly condition?: (batch: Batch) => HostArray<'float32'>;
  /** Equal parts of the noise axis that are reported apart. */
  readonly bins?: number;
  /** Pictures looked at; each is noised once in every part. */
  readonly most?: number;
}

/** Counts the error of every prediction as the error of v it amounts to, so that models of different kinds compare. */
const inErrorOfV: Weighting = {
  name: 'error of v',
  // In the scale of x where variance is preserved, whatever the scale of the levels
  weight: ({ level, prediction }) => errorScale(v, level) / errorScale(prediction, level) / magnitude(level) ** 2,
};

/** Mean squared error of v on held-out pictures, whatever the network predicts. */
export interface HeldOutLoss {
  readonly mean: number;
  /** By part of the noise axis, from least to most noise. */
  readonly byLevel: readonly number[];
  readonly pictures: number;
}

/**
 * Measures the held-out denoising loss by noise level, always with the same pictures, levels and noise, whatever the
 * batch size.
 */
export async function createValidator(options: ValidatorOptions) {
  const { runtime, objective, batch, data, loss, grid, prediction, told, nullLabel, bins = 10, most = 64 } = options;
  const parameters = new Map([...objective.parameters].map(([name, shape]) => [name, input(`param/${name}`, shape)]));
  const losses = objective.losses((name) => parameters.get(name)!);
  const executable: Executable = await runtime.compile(optimize({ outputs: { losses } }));
  const chosen = spread(options.indices, most);
  const from: Key = fold(key(0), 'held out');
  return {
    async measure(values: ParamValues, signal?: AbortSignal): Promise<HeldOutLoss> {
      const weights: Feeds = Object.fromEntries(
        [...parameters.keys()].map((name) => [`param/${name}`, values.get(name)!]),
      );
      const totals = new Float64Array(bins);
      // Picture i looks at level (i + ½)/n of every part, so that together they cover the part evenly.
      const jobs = Array.from({ length: chosen.length * bins }, (_, job) => {
        const [i, bin] = [job % chosen.length, Math.floor(job / chosen.length)];
        const t = (bin + (i + 0.5) / chosen.length) / bins;
        return { picture: chosen[i]!, bin, index: Math.floor(t * grid.count) };
      });
      for (let at = 0; at < jobs.length; at += batch) {
        signal?.throwIfAborted();
        const part = jobs.slice(at, at + batch);
        const filled = Array.from({ length: batch }, (_, i) => part[i] ?? part[0]!);
        const found = gather(
          data,
          filled.map(({ picture }) => picture),
        );
        const { x, labels } = found;
        const condition = options.condition && { condition: options.condition(found) };
        const feeds = noisedFeeds({
          loss,
          grid,
          prediction,
          weighting: inErrorOfV,
          ...(told && { told }),
          key: from,
          first: at,
          clean: x,
          indices: filled.map(({ index }) => index),
          labels: nullLabel === null ? null : Array.from(labels, (label) => (label < 0 ? nullLabel : label)),
        });
        const result = (await executable.run({ ...feeds, ...condition, ...weights }))['losses']!.data;
        for (const [i, { bin }] of part.entries()) totals[bin]! += Number(result[i]);
      }
      const byLevel = Array.from(totals, (total) => total / chosen.length);
      return { mean: byLevel.reduce((a, b) => a + b, 0) / bins, byLevel, pictures: chosen.length };
    },
    [Symbol.dispose]: () => executable.close(),
  };
}

/** At most `most` of the entries, evenly spread. */
export function spread(indices: ArrayLike<number>, most: number): readonly number[] {
  const count = Math.min(most, indices.length);
  return Array.from({ length: count }, (_, i) => indices[Math.floor((i * indices.length) / count)]!);
}

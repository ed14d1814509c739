import { finish } from '../core/finish.js';
import type { HostArray } from '../core/host-array.js';
import { type OptionSpecs, type Resolved, resolve } from '../core/options.js';
import type { Key } from '../core/random.js';
import type { LikelihoodModel } from './likelihood/likelihood-model.js';

/** One number with what it takes to judge it. */
export interface Estimate {
  /** What it is: the name of the metric, or of one of its parts. */
  readonly name: string;
  readonly value: number;
  /** Where the true value lies in 19 of 20 experiments, or null where nothing honest can be said. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Samples it was computed from; of two sets, the smaller. */
  readonly n: number;
  readonly direction: Direction;
  readonly unit: string;
}

/** Whether less or more of it is better. */
export type Direction = 'lower' | 'higher';

/** What a metric found. */
export interface Measurement {
  readonly estimates: readonly Estimate[];
  /** What a reader must know to read the numbers right. */
  readonly notes: readonly string[];
}

/** How far a measurement is. */
export interface MetricProgress {
  readonly done: number;
  readonly total: number;
}

/** Two sets of vectors: features of pictures, or points. */
export interface Sets {
  /** True data, [N, D]. */
  readonly reference: HostArray<'float32'>;
  /** What is judged, [M, D]. */
  readonly samples: HostArray<'float32'>;
  /** Where resampling and random directions come from. */
  readonly key: Key;
}

/** A model, and data it has not been trained on. */
export interface ModelAndData {
  readonly model: LikelihoodModel;
  /** Samples in the model's own scale, [N, …]. */
  readonly data: HostArray<'float32'>;
  /** One label a sample, −1 for none; null for a model without classes. */
  readonly labels: ArrayLike<number> | null;
  /** Distance of neighbouring values where data was rounded (2/255 for bytes in [−1, 1]); null for real numbers. */
  readonly quantum: number | null;
  readonly key: Key;
  readonly signal?: AbortSignal | undefined;
}

/** What a classifier says of samples whose class is known. */
export interface Judged {
  /** Its logits, [N, K]. */
  readonly logits: HostArray<'float32'>;
  /** The output that should be the largest, of each sample. */
  readonly wanted: ArrayLike<number>;
}

/** Samples that were to be of some class, before a judge; true data of known class beside them, where there is any. */
export interface JudgedSamples {
  readonly samples: Judged;
  readonly reference: Judged | null;
}

/** What metrics are given, by what they need. */
export interface Needs {
  /** Pictures, compared by features of a network. */
  readonly features: Sets;
  /** Points, compared as they are. */
  readonly points: Sets;
  /** The model itself. */
  readonly model: ModelAndData;
  /** A judge's opinion of samples of known classes. */
  readonly classes: JudgedSamples;
}

export interface MetricDefinition<N extends keyof Needs, S extends OptionSpecs> {
  readonly name: string;
  readonly summary: string;
  readonly needs: N;
  readonly direction: Direction;
  readonly options: S;
  /** Yields how far it is, often enough to be stopped between two yields, and returns what it found. */
  readonly measure: (given: Needs[N], options: Resolved<S>) => AsyncGenerator<MetricProgress, Measurement, undefined>;
}

/** A metric with its options settled. */
export interface Metric<N extends keyof Needs = keyof Needs> {
  readonly name: string;
  readonly needs: N;
  measure(given: Needs[N]): AsyncGenerator<MetricProgress, Measurement, undefined>;
}

export interface MetricFactory<N extends keyof Needs = keyof Needs, S extends OptionSpecs = OptionSpecs> {
  (options?: Partial<Resolved<S>>): Metric<N>;
  readonly definition: MetricDefinition<N, S>;
}

/** Declares a metric: what it needs, its options and how it is computed. */
export function defineMetric<N extends keyof Needs, const S extends OptionSpecs>(
  definition: MetricDefinition<N, S>,
): MetricFactory<N, S> {
  const create = (given: Partial<Resolved<S>> = {}): Metric<N> => {
    const options = resolve(definition.name, definition.options, given);
    const { name, needs } = definition;
    return Object.freeze({ name, needs, measure: (at: Needs[N]) => definition.measure(at, options) });
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}

/** Runs a measurement to its end. */
export const measured = (work: AsyncGenerator<MetricProgress, Measurement, undefined>): Promise<Measurement> =>
  finish(work);

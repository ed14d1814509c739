import type { Resolved } from '../../core/options.js';
import { type Metric, type MetricFactory, type MetricName, metrics, type Needs } from '../../metrics/index.js';
import { flagOf, usageError } from '../parse.js';
import { type evalOptions, metricOptions } from './eval-options.js';

export type EvalOptions = Resolved<typeof evalOptions>;

/** Metrics by what they need, their options settled. */
export interface ChosenMetrics {
  readonly sets: readonly Metric<'features' | 'points'>[];
  readonly judged: readonly Metric<'classes'>[];
  readonly likelihoods: readonly Metric<'model'>[];
}

export interface ChooseOptions {
  readonly options: EvalOptions;
  readonly given: ReadonlySet<string>;
  /** Whether the data is points instead of pictures. */
  readonly points: boolean;
}

/** What is measured when nothing is said. */
const usual = { pictures: 'fid,kid,precision-recall', points: 'energy-distance,sliced-wasserstein,mmd' } as const;

/** Looks up the metrics of `--metric`; an unknown name is told. */
export function metricNames(list: string): readonly MetricName[] {
  const names = list.split(',').map((name) => name.trim());
  for (const name of names) metrics.get(name);
  return [...new Set(names)] as MetricName[];
}

/** What will be measured; refuses what does not go together before anything is computed. */
export function chooseMetrics({ options, given, points }: ChooseOptions): ChosenMetrics {
  const names = metricNames(options.metric ?? (points ? usual.points : usual.pictures));
  const factories = names.map((name) => metrics.entries[name] as unknown as MetricFactory);
  const told = Object.keys(metricOptions).filter((name) => given.has(name));
  const idle = told.find((name) => !factories.some(({ definition }) => Object.hasOwn(definition.options, name)));
  if (idle !== undefined) {
    throw usageError(`eval: none of ${names.join(', ')} has an option ${flagOf(idle)}. Leave it out.`);
  }
  const made = factories.map((factory) => {
    const own = told.filter((name) => Object.hasOwn(factory.definition.options, name));
    const values = options as unknown as Readonly<Record<string, never>>;
    return factory(Object.fromEntries(own.map((name) => [name, values[name]])));
  });
  const wanted: keyof Needs = points ? 'points' : 'features';
  const fitting: readonly (keyof Needs)[] = points ? ['model', wanted] : ['model', 'classes', wanted];
  const wrong = made.find(({ needs }) => !fitting.includes(needs));
  if (wrong) {
    const [has, takes] = points ? ['points', usual.points] : ['pictures', usual.pictures];
    throw usageError(`eval: ${wrong.name} does not compare ${has}, which the data is. Take one of ${takes}.`);
  }
  const likelihoods = made.filter((metric): metric is Metric<'model'> => metric.needs === 'model');
  if (likelihoods.length > 0 && options.model === null) {
    throw usageError(`eval: ${likelihoods[0]!.name} needs a model. Name one with --model DIR.`);
  }
  const judged = made.filter((metric): metric is Metric<'classes'> => metric.needs === 'classes');
  if (judged.length === 0 && options.judge !== null) {
    throw usageError(
      `eval: none of ${names.join(', ')} asks a judge. Leave --judge out, or add --metric class-accuracy.`,
    );
  }
  return { sets: made.filter(({ needs }) => needs === wanted) as ChosenMetrics['sets'], judged, likelihoods };
}

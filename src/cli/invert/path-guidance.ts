import type { Resolved } from '../../core/options.js';
import type { Condition, DiffusionModel, Guiding } from '../../pipelines/index.js';
import type { pathGuidanceOptions } from '../sample/guidance-options.js';
import type { OpenGuiding } from '../sample/open-guiding.js';
import { settleGuidance } from '../sample/settle-guidance.js';

/** Guidance as the options of a walk there and back say it. */
export type PathGuidance = Resolved<typeof pathGuidanceOptions>;

/** Those options alone, out of all of a command. */
export function pathGuidanceOf(options: PathGuidance): PathGuidance {
  const { guidance, guidanceMethod, guidanceInterval, guidanceRescale } = options;
  const { negative, weakModel, classifier, classifierScale } = options;
  return {
    guidance,
    guidanceMethod,
    guidanceInterval,
    guidanceRescale,
    negative,
    weakModel,
    classifier,
    classifierScale,
  };
}

/** Whether any of them was said. */
export const isAsked = (options: PathGuidance): boolean =>
  Object.values(pathGuidanceOf(options)).some((value) => value !== null);

export interface PathGuidanceOptions {
  readonly owner: string;
  readonly options: PathGuidance;
  readonly model: DiffusionModel;
  /** What each picture is told, composed, and nothing for "any class"; null where nothing is known of any. */
  readonly conditions: readonly (readonly Condition[])[] | null;
  readonly opened: OpenGuiding;
}

/** How labels are followed on a walk there or back. */
export function settlePathGuidance({ options, model, conditions, ...rest }: PathGuidanceOptions): number | Guiding {
  const { scheme } = model;
  const known = conditions?.some((row) => row.length > 0) ? conditions : null;
  return settleGuidance({
    ...{ ...rest, model, scheme, conditions: known },
    options: { ...pathGuidanceOf(options), classifierForm: 'score' },
  });
}

/** The label of each picture: of several classes the first that is wanted; null for "any class". */
export const labelsOfConditions = (conditions: readonly (readonly Condition[])[]): readonly (number | null)[] =>
  conditions.map((row) => (row.find(({ weight }) => weight > 0) ?? row[0])?.label ?? null);

/** One class a picture as conditions. */
export const conditionsOf = (labels: readonly (number | null)[]): readonly (readonly Condition[])[] =>
  labels.map((label) => (label === null ? [] : [{ label, weight: 1 }]));

import { show } from '../../core/errors.js';
import { floats, type HostArray } from '../../core/host-array.js';
import type { OptionSpecs } from '../../core/options.js';
import { batchSpace } from '../../core/space.js';
import { didYouMean } from '../../core/text.js';
import { gridFromConfig } from '../../diffusion/index.js';
import type { Condition, DiffusionModel, Guiding, Wanted } from '../../pipelines/index.js';
import {
  type Choice,
  type Denoiser,
  type GuidanceName,
  guidances,
  guidedPath,
  type LimitName,
  limits,
  type Role,
  type Scheme,
} from '../../sampling/index.js';
import { usageError } from '../parse.js';
import { named } from '../train/named.js';
import { parseClasses } from './classes.js';
import { guidanceMethods } from './guidance-options.js';
import type { OpenGuiding } from './open-guiding.js';
import type { SampleOptions } from './settle-sampling.js';

/** What guidance can be told, as options of a command. */
export type AskedGuidance = Pick<
  SampleOptions,
  | 'guidance'
  | 'guidanceMethod'
  | 'guidanceInterval'
  | 'guidanceRescale'
  | 'negative'
  | 'weakModel'
  | 'classifier'
  | 'classifierScale'
  | 'classifierForm'
>;

export interface SettleGuidanceOptions {
  /** The command that speaks; sample unless told. */
  readonly owner?: string;
  readonly options: AskedGuidance;
  readonly model: DiffusionModel;
  readonly scheme: Scheme;
  /** The classes of each picture, composed, and none for "any class"; null where none was asked for. */
  readonly conditions: readonly (readonly Condition[])[] | null;
  readonly opened: OpenGuiding;
}

/** How labels will be followed: a bare scale where that is all, else guidance by name. Refuses what makes no sense. */
export function settleGuidance(given: SettleGuidanceOptions): number | Guiding {
  const { owner = 'sample', options, model, scheme, conditions, opened } = given;
  const method = methodOf(given);
  const refuseWithout = (has: boolean, what: string): void => {
    if (!has) throw usageError(`${owner}: ${what}, and there is none. Add --guidance 3.`);
  };
  const choices: Choice<GuidanceName>[] = [];
  if (method !== null) choices.push(method);
  if (options.guidanceRescale !== null) {
    refuseWithout(method !== null, '--guidance-rescale corrects guidance');
    choices.push({ name: 'rescale', options: { factor: options.guidanceRescale } });
  }
  const climb = climbOf(given);
  if (climb !== null) choices.push(climb);
  if (options.guidanceInterval !== null) {
    refuseWithout(choices.length > 0, '--guidance-interval says where there is guidance');
    choices.push({ name: 'interval', options: rangeOf(options.guidanceInterval, scheme, owner) });
  }
  refuseClashes(choices);

  const isComposed = conditions?.some(isComposition) ?? false;
  const [only] = choices;
  const isBare = choices.length <= 1 && options.guidanceMethod === null && !isComposed && !options.negative;
  if (isBare && !opened.models.weak && !climb) return Number(only?.options?.['scale'] ?? 1);
  return {
    choices,
    ...(isComposed && model.classes !== null && { composed: conditions! }), // others have no label to tell
    ...(options.negative !== null && {
      negatives: parseClasses(options.negative, model.classes, { owner, option: 'negative' }),
    }),
    ...(climb && { towards: conditions!.map((row) => wantedOf(row, given)) }),
  };
}

/** Whether a picture is told more than one class as it is; none at all is "any class". */
const isComposition = (row: readonly Condition[]): boolean => row.length > 1 || row.some(({ weight }) => weight !== 1);

/** The kinds of guidance that can be chosen by name: those that stand around others have options of their own. */
const methods = {
  get(name: string) {
    const known: readonly string[] = guidanceMethods;
    if (known.includes(name)) return guidances.get(name);
    const hint = didYouMean(name, known);
    throw usageError(`Unknown guidance method ${show(name)}.${hint} Known: ${known.join(', ')}.`);
  },
};

/** The rule by which two answers are made one; null where nothing asks for one. */
function methodOf(given: SettleGuidanceOptions): Choice<GuidanceName> | null {
  const { owner = 'sample', options, model, conditions } = given;
  const { guidance, guidanceMethod, negative, weakModel } = options;
  if (guidance === null && guidanceMethod === null && negative === null && weakModel === null) return null;
  if (negative !== null && weakModel !== null) {
    throw usageError(`${owner}: --negative and --weak-model both say what to get away from. Leave one of them out.`);
  }
  const usual = negative !== null ? 'negative' : weakModel !== null ? 'autoguidance' : 'classifier-free';
  const { name, options: own } = named({
    ...{ owner, option: 'guidanceMethod', registry: methods },
    text: guidanceMethod ?? usual,
  }) as Choice<GuidanceName>;
  if (own?.['scale'] !== undefined && guidance !== null) {
    throw usageError(`${owner}: the scale of guidance is said twice, with --guidance and in --guidance-method.`);
  }
  const asks: readonly Role[] = guidances.entries[name].definition.asks;
  if (asks.includes('negatives') && negative === null) {
    throw usageError(`${owner}: ${name} guidance needs classes to get away from. Name them with --negative.`);
  }
  if (asks.includes('weak') && weakModel === null) {
    throw usageError(`${owner}: ${name} needs a model to get away from. Name one with --weak-model.`);
  }
  if (name === 'cfg++' && (negative !== null || weakModel !== null)) {
    const flag = negative === null ? '--weak-model' : '--negative';
    throw usageError(`${owner}: cfg++ takes its noise from the model told no class. Leave ${flag} out.`);
  }
  const specs: OptionSpecs = guidances.entries[name].definition.options;
  const scale = guidance ?? own?.['scale'] ?? specs['scale']?.default;
  const isNeutral = name === 'classifier-free' && scale === 1;
  if (!isNeutral && conditions === null && weakModel === null) {
    const reason = model.classes ? 'Name a class with --class' : 'This model has no classes: leave --guidance out';
    const what = guidance === null ? name : `--guidance ${guidance}`;
    throw usageError(`${owner}: ${what} needs classes to follow. ${reason}.`);
  }
  return { name, options: { ...own, ...('scale' in specs && { scale }) } };
}

/** The classifier's part, or null where none is asked for. */
function climbOf({
  owner = 'sample',
  options,
  scheme,
  conditions,
}: SettleGuidanceOptions): Choice<GuidanceName> | null {
  const { classifier, classifierScale, classifierForm } = options;
  if (classifier === null) {
    if (classifierScale === null && classifierForm === 'score') return null;
    const flag = classifierScale === null ? '--classifier-form' : '--classifier-scale';
    throw usageError(`${owner}: ${flag} is for a classifier that guides. Name one with --classifier.`);
  }
  if (conditions === null) {
    throw usageError(`${owner}: --classifier needs a class to climb towards. Name one with --class.`);
  }
  const scale = classifierScale ?? 1;
  if (classifierForm === 'score') return { name: 'classifier-score', options: { scale } };
  const variance = scheme.sampler.options?.['variance'] ?? 'small';
  if (scheme.sampler.name !== 'ddpm' || !['small', 'large'].includes(String(variance))) {
    const what = scheme.sampler.name === 'ddpm' ? `a variance that is ${show(variance)}` : scheme.sampler.name;
    throw usageError(
      `${owner}: --classifier-form mean moves the mean of steps of ddpm by their variance, got ${what}. ` +
        'Take --sampler ddpm, or the form score.',
    );
  }
  return { name: 'classifier-mean', options: { scale, variance } };
}

/** What the classifier is climbed towards for the classes of a picture: a plain number where it is one class as it is. */
function wantedOf(row: readonly Condition[], given: SettleGuidanceOptions): Wanted {
  const wanted = row.map(({ label, weight }) => ({ label: outputOf(label, given), weight }));
  return isComposition(row) ? wanted : (wanted[0]?.label ?? null);
}

/** The output of the classifier for a label of the model. */
function outputOf(label: number, { owner = 'sample', options, model, opened }: SettleGuidanceOptions): number {
  const { classes } = opened.models.classifier!;
  if (model.classes === null) return label; // the labels were named by the classifier itself
  const name = model.classes[label]!;
  const output = classes.indexOf(name);
  if (output >= 0) return output;
  const known = classes.length > 12 ? `${classes.slice(0, 12).join(', ')}, …` : classes.join(', ');
  throw usageError(
    `${owner}: the classifier ${options.classifier} does not know the class ${show(name)}. It knows: ${known}.`,
  );
}

/** Places on the grid as ratios σ/α: 0 is the data, 1 the last level and what lies beyond it. */
function rangeOf(
  text: string,
  { grid: config }: Scheme,
  owner: string,
): { readonly low: number; readonly high: number | null } {
  const [, low, high] = (/^([\d.]+)\.\.([\d.]+)$/.exec(text.trim()) ?? []).map(Number);
  if (low === undefined || high === undefined || !(low >= 0 && low < high && high <= 1)) {
    throw usageError(`${owner}: --guidance-interval must be LOW..HIGH with 0 ≤ LOW < HIGH ≤ 1, got ${show(text)}.`);
  }
  const grid = gridFromConfig(config);
  const ratio = (t: number): number => {
    const index = Math.round(t * grid.count) - 1;
    const { alpha, sigma } = index < 0 ? { alpha: 1, sigma: 0 } : grid.level(index);
    return sigma / alpha;
  };
  return { low: ratio(low), high: high === 1 ? null : ratio(high) };
}

/** Puts the guidance together around denoisers that are never asked: what does not fit is said now. */
function refuseClashes(choices: readonly Choice<GuidanceName>[]): void {
  const one: Denoiser<HostArray<'float32'>> = async () => floats([1]);
  const roles = { conditional: one, unconditional: one, negatives: [one], weak: one, gradient: one };
  guidedPath({ choices, roles, space: batchSpace() });
}

/** The limit that `--limit` names, with its options checked; undefined leaves the model's own. */
export function settleLimit(text: string | null, owner = 'sample'): Choice<LimitName> | null | undefined {
  if (text === null) return undefined;
  if (text === 'none') return null;
  const { name, options } = named({ owner, option: 'limit', registry: limits, text });
  (limits.get(name) as (options?: object) => unknown)(options);
  return { name: name as LimitName, ...(options && { options }) };
}

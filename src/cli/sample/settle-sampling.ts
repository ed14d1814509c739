import type { Resolved } from '../../core/options.js';
import type { RandomMode } from '../../core/random-modes.js';
import {
  type Condition,
  type DiffusionModel,
  type Guiding,
  isPointModel,
  pictureShape,
} from '../../pipelines/index.js';
import { assemble, type Choice, noiseSteps, type SamplerName, type Scheme, samplers } from '../../sampling/index.js';
import { usageError } from '../parse.js';
import { asMistakeIn, chosenFrom, type NamedOptions } from '../train/named.js';
import { parseConditions, spread } from './classes.js';
import { noGuiding, type OpenGuiding } from './open-guiding.js';
import type { sampleOptions } from './sample-options.js';
import { settleGuidance, settleLimit } from './settle-guidance.js';

export type SampleOptions = Resolved<typeof sampleOptions>;

/** What will be made, and how, with nothing left to choose: the part of a recipe that decides the pictures. */
export interface Sampling {
  readonly count: number;
  readonly seed: number;
  readonly labels: readonly number[] | null;
  /** The scale of classifier-free guidance, or guidance by name. */
  readonly guidance: number | Guiding;
  /** Other networks that guidance asks; left out where there are none. */
  readonly guidedBy?: OpenGuiding['files'];
  readonly steps: number;
  readonly scheme: Scheme;
  readonly random: RandomMode;
  /** Has an influence on pictures with the generators of torch alone. */
  readonly batch: number;
}

/** Steps for points unless told: they cost little, and with fewer some points stay between thin shapes. */
const pointSteps = 50;

/** Points that are drawn unless told, and how many are computed together: they are small. */
const usualPoints = 2_000;

/** Settles the options of `sample` for one model, `given` those that were asked for by name, with the networks opened. */
export function settleSampling(
  options: SampleOptions,
  model: DiffusionModel,
  given: ReadonlySet<string> = new Set(Object.keys(options)),
  opened: OpenGuiding = noGuiding,
  owner = 'sample',
): Sampling {
  const { seed, random } = options;
  const ofPoints = isPointModel(model);
  const batch = ofPoints && !given.has('batch') ? usualPoints : options.batch;
  const listed = given.has('steps') ? null : stepsOfList(options.spacing, owner);
  const usual = Math.min(ofPoints ? pointSteps : options.steps, assemble(model.scheme).grid.count);
  const steps = listed ?? (given.has('steps') ? options.steps : usual);
  const classes = model.classes ?? opened.models.classifier?.classes ?? null;
  const wanted = options.class === null ? null : parseConditions(options.class, classes, { owner });
  const count = options.count ?? (ofPoints ? usualPoints : options.class === 'all' ? wanted!.length : 16);
  const conditions = wanted && spread(wanted, count);
  const scheme = schemeOf(options, model.scheme, owner);
  if (options.spacing !== 'model') {
    refuseNoList(options.spacing, scheme, owner);
    asMistakeIn('spacing', () => assemble(scheme).steps(steps), owner); // what cannot be walked is told now
  }
  const guidance = settleGuidance({ owner, options, model, scheme, conditions, opened });
  return {
    ...{ count, seed, labels: model.classes && labelsOf(conditions), guidance },
    ...(Object.keys(opened.files).length > 0 && { guidedBy: opened.files }),
    ...{ steps, scheme, random, batch },
  };
}

/** The label of each picture: of several conditions the first that is wanted. */
const labelsOf = (conditions: readonly (readonly Condition[])[] | null): readonly number[] | null =>
  conditions && conditions.map((row) => (row.find(({ weight }) => weight > 0) ?? row[0]!).label);

/** The named thing in the place of the model's own; one of the same name keeps the options that are not told. */
function replacing<Name extends string>(own: Choice<Name>, given: NamedOptions): Choice<Name> {
  if (given.text === 'model') return own;
  const chosen = chosenFrom<Name>(given);
  if (chosen.name !== own.name) return chosen;
  return chosen.options ? { ...own, options: { ...own.options, ...chosen.options } } : own;
}

function refuseNoList(spacing: string, { steps }: Scheme, owner: string): void {
  if (steps.name !== 'custom' || steps.options?.['list']) return;
  throw usageError(
    `${owner}: --spacing custom needs its list, numbers from much to little noise joined by slashes, got "${spacing}". ` +
      'Write for example custom:list=9/3/1/0.',
  );
}

/** As many steps as a list of one's own has, where no number is told: the list is visited as it is. */
function stepsOfList(spacing: string, owner: string): number | null {
  if (spacing.split(':')[0] !== 'custom') return null;
  const { options } = chosenFrom({ owner, option: 'spacing', registry: noiseSteps, text: spacing });
  const numbers = String(options?.['list'] ?? '').split(',').length;
  return Math.max(1, options?.['of'] === 'index' ? numbers : numbers - 1);
}

function schemeOf({ sampler, spacing, eta, limit }: SampleOptions, own: Scheme, owner: string): Scheme {
  const replaced = replacing(own.sampler, { owner, option: 'sampler', registry: samplers, text: sampler });
  if (eta !== null && !hasEta(replaced.name)) {
    const others = samplers.names.filter(hasEta).join(', ');
    throw usageError(`${owner}: --eta is not for the sampler ${replaced.name}. It is for: ${others}.`);
  }
  if (eta !== null && /[:,]\s*eta=/.test(sampler)) {
    throw usageError(`${owner}: eta is said twice, with --eta and in --sampler.`);
  }
  const withEta: typeof replaced = eta === null ? replaced : { ...replaced, options: { ...replaced.options, eta } };
  // Landing beside the next level is DDIM's habit in diffusers and nobody else's.
  const strides = own.steps.options?.['landing'] === 'stride' && withEta.name !== 'ddim';
  const kept = strides ? { ...own.steps, options: { ...own.steps.options, landing: 'next' } } : own.steps;
  const limited = settleLimit(limit ?? null, owner);
  return {
    ...own,
    ...(limited !== undefined && { limit: limited }),
    sampler: withEta,
    steps: replacing(kept, { owner, option: 'spacing', registry: noiseSteps, text: spacing }),
  };
}

const hasEta = (name: SamplerName): boolean => 'eta' in samplers.entries[name].definition.options;

/** Pictures in a row of a grid: as many as there are of each class where that is more than one, else nearly a square. */
export function columnsOf({ count, labels }: Sampling): number {
  const classes = new Set(labels ?? []).size;
  const each = count / Math.max(1, classes);
  return classes > 1 && Number.isInteger(each) && each > 1 ? each : Math.ceil(Math.sqrt(count));
}

/** Small pictures are shown at about 64 pixels. */
export const scaleOf = (model: DiffusionModel): number => Math.max(1, Math.round(64 / pictureShape(model)[1]));

import { commands } from '../../src/cli/commands/index.js';
import { flagOf } from '../../src/cli/parse.js';
import { ToolkitError } from '../../src/core/errors.js';
import type { OptionSpec, OptionSpecs } from '../../src/core/options.js';
import * as data from '../../src/data/index.js';
import * as diffusion from '../../src/diffusion/index.js';
import * as metrics from '../../src/metrics/index.js';
import * as sampling from '../../src/sampling/index.js';
import * as training from '../../src/training/index.js';
import { samplerDefined, scheduleFacts, stepsDefined } from './defined.js';
import { guidancePicture } from './pictures/guidance.js';
import { levelsPicture, objectivePicture, weightingPicture } from './pictures/losses.js';
import { curvePicture, limitPicture, metricPicture, pointsPicture } from './pictures/others.js';
import { preconditionPicture } from './pictures/preconditions.js';
import { processPictures } from './pictures/processes.js';
import { samplerPicture } from './pictures/samplers.js';
import { schedulePicture } from './pictures/schedules.js';
import { stepsPicture } from './pictures/steps.js';
import { fileOf, functionsIn, kebab } from './source.js';

/** One thing with a page of its own. */
export interface Entry {
  /** The name it is asked for, and of its page. */
  readonly name: string;
  readonly value: unknown;
  /** Under which name its file exports it. */
  readonly exported: string;
  readonly definition: Definition;
  /** The file it stands in. */
  readonly file: string;
}

/** What a definition may say of itself. */
export interface Definition {
  readonly options?: OptionSpecs;
  readonly [fact: string]: unknown;
}

type Facts = Readonly<Record<string, string>>;

/** Things that get a page each. */
export interface Kind {
  /** Folder below docs/reference. */
  readonly folder: string;
  readonly title: string;
  /** One of them, in words. */
  readonly noun: string;
  /** Where its files are. */
  readonly source: string;
  /** The public module that exports it, and what that module exports. */
  readonly subpath: string;
  readonly module: Readonly<Record<string, unknown>>;
  /** The name of the registry in that module; null for plain functions, which are found in the files. */
  readonly registry: string | null;
  /** Whether entries are reached through the registry alone. */
  readonly unnamed?: true;
  /** Facts beside the options. */
  readonly facts?: (entry: Entry) => Facts | Promise<Facts>;
  /** A drawing as SVG, or null where there is none of this one. */
  readonly picture?: (entry: Entry) => string | null | Promise<string | null>;
  /** Further columns of the list of all of them. */
  readonly columns?: Readonly<Record<string, (entry: Entry) => string>>;
}

const diffusionKind = { subpath: 'langevin/diffusion', module: diffusion };
const samplingKind = { subpath: 'langevin/sampling', module: sampling };
const trainingKind = { subpath: 'langevin/training', module: training };
const dataKind = { subpath: 'langevin/data', module: data };

/** In the order of a model's life: data, noise, training, sampling, measuring. */
export const kinds: readonly Kind[] = [
  {
    ...dataKind,
    ...{ folder: 'datasets', title: 'Data sets', noun: 'data set', registry: 'datasets' },
    source: 'src/data/datasets',
    facts: ({ definition: { usage } }) => ({ 'On the command line': `\`--data ${String(usage)}\`` }),
  },
  {
    ...dataKind,
    ...{ folder: 'points', title: 'Points in the plane', noun: 'set of points', registry: 'pointSets' },
    unnamed: true,
    source: 'src/data/points',
    facts: ({ definition: { usage, noise } }) => ({
      'On the command line': `\`langevin train --data 2d:${String(usage)}\``,
      'Noise around it': String(noise),
    }),
    picture: ({ name, value }) => (name === 'svg' ? null : pointsPicture(name, value as data.PointSet)),
  },
  {
    ...dataKind,
    ...{ folder: 'transforms', title: 'Transforms', noun: 'transform', registry: 'transforms' },
    source: 'src/data/transforms',
    facts: ({ definition: { labels } }) => ({ 'Says what it did as': (labels as readonly string[]).join(', ') }),
  },
  {
    ...diffusionKind,
    ...{ folder: 'schedules', title: 'Noise schedules', noun: 'schedule', registry: 'schedules' },
    source: 'src/diffusion/schedules',
    facts: ({ name, value }) => ({
      'On the command line': `\`langevin train --schedule ${name}\``,
      ...scheduleFacts(value as () => diffusion.Schedule),
    }),
    picture: ({ name, value }) => schedulePicture(name, value as () => diffusion.Schedule),
    columns: {
      Kind: ({ definition: { kind } }) => String(kind),
      'σ/α at t = 0, ½, 1': ({ value }) => scheduleFacts(value as () => diffusion.Schedule)['σ/α at t = 0, ½, 1']!,
    },
  },
  {
    ...diffusionKind,
    ...{ folder: 'processes', title: 'Processes', noun: 'function', registry: null },
    source: 'src/diffusion/processes',
    picture: ({ exported }) => processPictures[exported]!(),
  },
  {
    ...diffusionKind,
    ...{ folder: 'preconditions', title: 'Preconditioning', noun: 'family of networks', registry: 'preconditions' },
    source: 'src/diffusion/precondition',
    picture: ({ name, value }) => preconditionPicture(name, value as diffusion.PreconditionFactory),
  },
  {
    ...diffusionKind,
    ...{ folder: 'objectives', title: 'Objectives', noun: 'objective', registry: 'objectives' },
    source: 'src/diffusion/losses/objectives',
    facts: ({ name, value }) => objectiveFacts(name, (value as diffusion.ObjectiveFactory)()),
    picture: ({ name, value }) => objectivePicture(name, value as diffusion.ObjectiveFactory),
  },
  {
    ...diffusionKind,
    ...{ folder: 'weightings', title: 'Loss weightings', noun: 'weighting', registry: 'weightings' },
    source: 'src/diffusion/losses/weightings',
    facts: ({ name, definition: { head } }) => ({
      'On the command line': `\`langevin train --weighting ${name}\``,
      ...(head !== undefined && { 'Learns beside the network': 'yes' }),
    }),
    picture: ({ name, value }) => weightingPicture(name, value as () => diffusion.Weighting),
  },
  {
    ...diffusionKind,
    ...{ folder: 'levels', title: 'Level samplers', noun: 'level sampler', registry: 'levelSamplers' },
    source: 'src/diffusion/losses/levels',
    facts: ({ name, definition: { history } }) => ({
      'On the command line': `\`langevin train --levels ${name}\``,
      ...(history !== undefined && { 'Remembers losses': 'yes' }),
    }),
    picture: ({ name, value }) => levelsPicture(name, value as () => diffusion.LevelSampler),
  },
  {
    ...trainingKind,
    ...{ folder: 'optimizers', title: 'Optimisers', noun: 'optimiser', registry: 'optimizers' },
    source: 'src/training/optimizers',
    facts: ({ definition: { slots } }) => ({ 'State per parameter': (slots as readonly string[]).join(', ') }),
  },
  {
    ...trainingKind,
    ...{ folder: 'curves', title: 'Learning-rate curves', noun: 'curve', registry: 'curves' },
    source: 'src/training/curves',
    picture: ({ name, value }) => curvePicture(name, value as () => training.Curve),
  },
  {
    ...samplingKind,
    ...{ folder: 'samplers', title: 'Samplers', noun: 'sampler', registry: 'samplers' },
    source: 'src/sampling/samplers',
    facts: async ({ value }) => ({
      ...samplerFacts(value as sampling.SamplerFactory),
      ...(await samplerDefined(value as sampling.SamplerFactory)),
    }),
    picture: ({ name, value }) => samplerPicture(name, value as sampling.SamplerFactory),
    columns: {
      Order: ({ definition }) => orderOf(definition as unknown as SamplerDefinition),
      'Calls a step': ({ definition }) => callsOf(definition as unknown as SamplerDefinition),
      Memory: ({ definition: { memory } }) => String(memory),
      Noise: ({ name, value }) => noiseIn(name, value as sampling.SamplerFactory),
    },
  },
  {
    ...samplingKind,
    ...{ folder: 'steps', title: 'Noise-level grids', noun: 'choice of steps', registry: 'noiseSteps' },
    source: 'src/sampling/steps',
    facts: ({ name, value }) => stepsDefined(name, value as never),
    picture: ({ name, value }) => stepsPicture(name, value as never),
  },
  {
    ...samplingKind,
    ...{ folder: 'guidance', title: 'Guidance', noun: 'guidance', registry: 'guidances' },
    source: 'src/sampling/guidance',
    facts: ({ definition }) => guidanceFacts(definition as unknown as AnyGuidance),
    picture: ({ name, value }) => guidancePicture(name, value as sampling.GuidanceFactory),
    columns: {
      Asks: ({ definition: { asks } }) => (asks as readonly string[]).join(', '),
      Answers: ({ definition: { evaluations } }) => String(evaluations),
      Changes: ({ definition: { changes } }) => String(changes),
    },
  },
  {
    ...samplingKind,
    ...{ folder: 'limits', title: 'Limits', noun: 'limit', registry: 'limits' },
    source: 'src/sampling/limits',
    picture: ({ name, value }) => limitPicture(name, value as sampling.LimitFactory),
  },
  {
    ...samplingKind,
    ...{ folder: 'inversions', title: 'Inversions', noun: 'inversion', registry: 'inversions' },
    source: 'src/sampling/editing/inversions',
    facts: ({ name, definition }) => ({
      'On the command line': `\`langevin invert --with ${name}\`, \`langevin translate --with ${name}\``,
      ...inversionFacts(definition),
    }),
    columns: {
      'Error there and back': ({ definition }) => inversionFacts(definition)['Error there and back']!,
      Guided: ({ definition }) => inversionFacts(definition)['A guided denoiser']!,
    },
  },
  {
    ...samplingKind,
    ...{ folder: 'edits', title: 'Edits', noun: 'edit', registry: 'edits' },
    source: 'src/sampling/editing/edits',
    facts: ({ name, value }) => editFacts(name, value as sampling.EditFactory),
    columns: {
      Needs: ({ definition: { needs = [] } }) =>
        (needs as readonly sampling.EditNeed[]).map((need) => needed[need]).join(', '),
      'Evaluations of 20 steps': ({ value }) => editCost(value as sampling.EditFactory),
    },
  },
  {
    ...samplingKind,
    ...{ folder: 'directions', title: 'Directions', noun: 'direction', registry: 'directions' },
    source: 'src/sampling/editing/directions',
    facts: ({ definition: { needs, measures } }) => ({
      'Is found in': directionNeeds[needs as sampling.DirectionNeed],
      'Value of a direction': String(measures),
    }),
    columns: { 'Is found in': ({ definition: { needs } }) => directionNeeds[needs as sampling.DirectionNeed] },
  },
  {
    ...samplingKind,
    ...{ folder: 'measurements', title: 'Measurements', noun: 'measurement', registry: 'measurements' },
    source: 'src/sampling/editing/measurements',
    facts: ({ value }) => {
      const { gram } = (value as sampling.MeasurementFactory)();
      return { A·Aᵀ: gram === null ? 'no multiple of I: the rule `dps` alone' : `${gram.toPrecision(3)}·I by default` };
    },
  },
  {
    ...{ subpath: 'langevin/metrics', module: metrics },
    ...{ folder: 'metrics', title: 'Metrics', noun: 'metric', registry: 'metrics' },
    source: 'src/metrics',
    facts: ({ name, definition: { needs, direction } }) => ({
      'On the command line': `\`langevin eval --metric ${name}\``,
      Compares: {
        features: 'features of pictures',
        points: 'points',
        model: 'a model with held-out data',
        classes: "a judge's opinion of samples with their classes",
      }[String(needs)]!,
      Better: String(direction),
    }),
    picture: ({ name, value }) => metricPicture(name, value as metrics.MetricFactory),
    columns: {
      Compares: ({ definition: { needs } }) => String(needs),
      Better: ({ definition: { direction } }) => String(direction),
    },
  },
];

const needed: Readonly<Record<sampling.EditNeed, string>> = {
  mask: 'a mask',
  other: 'a second picture',
  pullback: 'gradients',
};

function editFacts(name: string, create: sampling.EditFactory): Facts {
  const { needs = [] } = create.definition;
  return {
    'On the command line': `\`langevin edit PICTURE --with ${name}\``,
    ...(needs.length > 0 && { Needs: needs.map((need) => needed[need]).join(', ') }),
    'Evaluations of 20 steps of `ddim`': editCost(create),
  };
}

/** What an edit at its defaults asks of the network. */
function editCost(create: sampling.EditFactory): string {
  const steps = Array.from({ length: 21 }, (_, i) => 20 - i);
  const { evaluations, pullbacks } = create().cost({ sampler: sampling.ddim(), steps });
  return pullbacks > 0 ? `${evaluations}, and ${pullbacks} gradients` : String(evaluations);
}

type AnyGuidance = sampling.GuidanceDefinition<sampling.Role, OptionSpecs, sampling.Changes>;

function guidanceFacts({ usage, asks, evaluations, changes, neutral }: AnyGuidance): Facts {
  const settings = Object.entries(neutral?.options ?? {}).map(([name, value]) => `\`${name} = ${String(value)}\``);
  return {
    'On the command line': `\`langevin sample ${usage}\``,
    Asks: asks.join(', '),
    'Answers for one clean value': String(evaluations),
    ...(changes === 'path' && { 'Changes the path': 'returns `{ denoise, landings }` for `trajectory`' }),
    ...(neutral && { 'Changes nothing at': `${settings.join(', ')}: it is ${neutral.equals}` }),
  };
}

type SamplerDefinition = sampling.SamplerDefinition<OptionSpecs>;

function samplerFacts(create: sampling.SamplerFactory): Facts {
  const definition: SamplerDefinition = create.definition;
  const { memory, exempt = {}, direction } = definition;
  const spared = Object.entries(exempt).map(([check, reason]) => `${check}: ${reason}`);
  return {
    'Order of convergence': orderOf(definition),
    'Denoiser calls per step': callsOf(definition),
    'Past estimates read': String(memory),
    ...(direction === 'up' && { Direction: 'from data to noise' }),
    ...(spared.length > 0 && { 'Not measured': spared.join(' · ') }),
  };
}

const orderOf = ({ order, exempt = {} }: SamplerDefinition): string =>
  exempt.order !== undefined && order === 0 ? '–' : String(order);
const callsOf = ({ evaluations, exempt = {} }: SamplerDefinition): string =>
  exempt.evaluations === undefined
    ? String(evaluations)
    : exempt.evaluations.startsWith('The tolerance')
      ? 'by tolerance'
      : `${evaluations}, more at first`;

/** Whether there is noise in a sampler's steps at its defaults: what its option says, or where its file stands. */
function noiseIn(name: string, create: sampling.SamplerFactory): string {
  const { options }: SamplerDefinition = create.definition;
  if (name === 'ddim') return '`eta` > 0';
  if (name === 'dpm-adaptive') return '`eta` > 0';
  if (options['sChurn']) return '`sChurn` > 0';
  return /\/(sde|distilled)\//.test(fileOf('src/sampling/samplers', name)) ? 'yes' : 'no';
}

/** What an inversion promises. */
const inversionFacts = ({ order, evaluations, refusesGuidance, refusesClean }: Definition): Facts => ({
  'Error there and back': order === Infinity ? 'rounding' : order === 1 ? 'O(h)' : `O(h${'⁰¹²³'[Number(order)]})`,
  'Denoiser calls per step': `${String(evaluations)}${order === Infinity && evaluations !== 1 ? ' or more, until it converges' : ''}`,
  'A guided denoiser': refusesGuidance === null ? 'is inverted' : 'is refused',
  ...(refusesClean !== null && { 'Steps must end': 'above the level without noise' }),
});

function objectiveFacts(name: string, { needs, terms }: diffusion.Objective): Facts {
  return {
    'On the command line': `\`langevin train --loss ${name}\``,
    'What weightings weigh': {
      error: 'all of it',
      extra: 'nothing: the bound has its own weights, and others than uniform are refused',
      both: 'the error, not the bound',
    }[terms],
    'Channels of the network':
      needs.outputs === 2 ? 'two for each of the data: refused without them' : 'one for each of the data',
    ...(needs.gaussianNoise && { Refused: 'with offset noise or input perturbation' }),
    ...(needs.data && { 'Is told': 'the whole data set; classes are refused' }),
    ...(needs.values < Infinity && {
      'Largest sample': `${needs.values} values: refused beyond, the cost grows with each`,
    }),
  };
}

const directionNeeds: Readonly<Record<sampling.DirectionNeed, string>> = {
  groups: 'features with and without the attribute',
  features: 'features of any pictures',
  jacobian: 'products with a Jacobian',
  learned: 'a trained function and features',
};

/** Functions of processes that stand on the pages of predictions and variances. */
const onOtherPages = new Set(['convert', 'errorScale', 'logVarianceBounds', 'learnedRange']);

/** The entries of a kind: those of its registry, or the public functions of its files. */
export function entriesOf(kind: Kind): readonly Entry[] {
  const { module, registry, source } = kind;
  if (registry === null) {
    return [...functionsIn(source)]
      .filter(([name]) => typeof module[name] === 'function' && !onOtherPages.has(name))
      .map(([name, file]) => ({ name: kebab(name), value: module[name], exported: name, definition: {}, file }));
  }
  const { entries } = module[registry] as { readonly entries: Readonly<Record<string, unknown>> };
  return Object.entries(entries).map(([name, value]) => {
    const { definition = value } = value as { readonly definition?: unknown };
    const file = fileOf(source, name);
    return { name, value, exported: exportOf(kind, name, value), definition: definition as Definition, file };
  });
}

/** The name under which a module exports a value. */
function exportOf({ module, subpath, source, unnamed }: Kind, name: string, value: unknown): string {
  const found = Object.entries(module).find(([, exported]) => exported === value);
  if (unnamed) return name;
  if (found) return found[0];
  const rest = `${subpath} does not export it. Add it to the exports at the end of the file as well.`;
  throw new ToolkitError('unfinished', `${source}/index.ts registers "${name}", and ${rest}`);
}

/** Options of commands that take one of these names: "train --schedule". */
export function flagsFor(names: readonly string[]): readonly string[] {
  return Object.entries(commands.entries).flatMap(([command, { options }]) =>
    Object.entries(options).flatMap(([option, spec]) => (namesOf(spec, names) ? [`${command} ${flagOf(option)}`] : [])),
  );
}

/** A closed choice has them as its values; a text of a name and options behind it lists them in its help. */
function namesOf(spec: OptionSpec, names: readonly string[]): boolean {
  if (spec.kind === 'choice') return names.every((name) => spec.values.includes(name));
  return spec.kind === 'text' && spec.placeholder.startsWith('NAME[:') && spec.help.includes(names.join(', '));
}

import { commands } from '../../src/cli/commands/index.js';
import { flagOf } from '../../src/cli/parse.js';
import type { OptionSpecs } from '../../src/core/options.js';
import * as data from '../../src/data/index.js';
import * as diffusion from '../../src/diffusion/index.js';
import * as sampling from '../../src/sampling/index.js';
import * as training from '../../src/training/index.js';

/** A registry whose entries get a page each. */
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
  /** The name of the registry in that module. */
  readonly registry: string;
  /** Facts from the definition, beside the options. */
  readonly facts?: (definition: Definition) => Readonly<Record<string, string>>;
}

/** What a definition may say of itself. */
export interface Definition {
  readonly options?: OptionSpecs;
  readonly [fact: string]: unknown;
}

const diffusionKind = { subpath: 'langevin/diffusion', module: diffusion };
const samplingKind = { subpath: 'langevin/sampling', module: sampling };
const trainingKind = { subpath: 'langevin/training', module: training };
const dataKind = { subpath: 'langevin/data', module: data };

/** In the order of a model's life: data, noise, training, sampling. */
export const kinds: readonly Kind[] = [
  {
    ...dataKind,
    ...{ folder: 'datasets', title: 'Data sets', noun: 'data set', registry: 'datasets' },
    source: 'src/data/datasets',
    facts: ({ usage }) => ({ 'On the command line': `\`--data ${String(usage)}\`` }),
  },
  {
    ...dataKind,
    ...{ folder: 'transforms', title: 'Transforms', noun: 'transform', registry: 'transforms' },
    source: 'src/data/transforms',
    facts: ({ labels }) => ({ 'Says what it did as': (labels as readonly string[]).join(', ') }),
  },
  {
    ...diffusionKind,
    ...{ folder: 'schedules', title: 'Noise schedules', noun: 'schedule', registry: 'schedules' },
    source: 'src/diffusion/schedules',
    facts: ({ kind }) => ({ Kind: String(kind) }),
  },
  {
    ...diffusionKind,
    ...{ folder: 'weightings', title: 'Loss weightings', noun: 'weighting', registry: 'weightings' },
    source: 'src/diffusion/losses/weightings',
  },
  {
    ...diffusionKind,
    ...{ folder: 'levels', title: 'Level samplers', noun: 'level sampler', registry: 'levelSamplers' },
    source: 'src/diffusion/losses/levels',
  },
  {
    ...trainingKind,
    ...{ folder: 'optimizers', title: 'Optimisers', noun: 'optimiser', registry: 'optimizers' },
    source: 'src/training/optimizers',
    facts: ({ slots }) => ({ 'State per parameter': (slots as readonly string[]).join(', ') }),
  },
  {
    ...trainingKind,
    ...{ folder: 'curves', title: 'Learning-rate curves', noun: 'curve', registry: 'curves' },
    source: 'src/training/curves',
  },
  {
    ...samplingKind,
    ...{ folder: 'samplers', title: 'Samplers', noun: 'sampler', registry: 'samplers' },
    source: 'src/sampling/samplers',
    facts: ({ order, evaluations, memory }) => ({
      'Order of convergence': String(order),
      'Denoiser calls per step': String(evaluations),
      'Past estimates read': String(memory),
    }),
  },
  {
    ...samplingKind,
    ...{ folder: 'steps', title: 'Noise-level grids', noun: 'choice of steps', registry: 'noiseSteps' },
    source: 'src/sampling/steps',
  },
  {
    ...samplingKind,
    ...{ folder: 'guidance', title: 'Guidance', noun: 'guidance', registry: 'guidances' },
    source: 'src/sampling/guidance',
  },
  {
    ...samplingKind,
    ...{ folder: 'limits', title: 'Limits', noun: 'limit', registry: 'limits' },
    source: 'src/sampling/limits',
  },
];

/** The registered names of a kind and their values. */
export function entriesOf({ module, registry }: Kind): readonly (readonly [name: string, value: unknown])[] {
  return Object.entries((module[registry] as { readonly entries: Readonly<Record<string, unknown>> }).entries);
}

/** What an entry declares of itself: beside it, on it, or nothing. */
export function definitionOf(entry: unknown): Definition {
  const { definition = entry } = entry as { readonly definition?: unknown };
  return definition as Definition;
}

/** The name under which a module exports a value. */
export function exportOf({ module, subpath }: Kind, value: unknown): string {
  const found = Object.entries(module).find(([, exported]) => exported === value);
  if (found) return found[0];
  throw new Error(`${subpath} does not export one of its registered things.`);
}

/** Options of commands that take one of these names: "train --schedule". */
export function flagsFor(names: readonly string[]): readonly string[] {
  return Object.entries(commands.entries).flatMap(([command, { options }]) =>
    Object.entries(options).flatMap(([option, spec]) =>
      spec.kind === 'choice' && names.every((name) => spec.values.includes(name))
        ? [`${command} ${flagOf(option)}`]
        : [],
    ),
  );
}

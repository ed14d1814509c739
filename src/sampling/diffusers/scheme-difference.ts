import { show } from '../../core/errors.js';
import type { GridConfig } from '../../diffusion/grid-config.js';
import { preconditions } from '../../diffusion/precondition/index.js';
import { type ScheduleName, schedules } from '../../diffusion/schedules/index.js';
import { limits } from '../limits/index.js';
import { samplers } from '../samplers/index.js';
import type { Choice, Scheme } from '../scheme.js';
import { noiseSteps } from '../steps/index.js';

/**
 * In which part two schemes do not mean the same, in words, or null: options that were left out count as their defaults.
 * What a class of diffusers writes is read again and compared, so that nothing is lost without a word.
 */
export function schemeDifference(wanted: Scheme, got: Scheme): string | null {
  return (
    differing('prediction', wanted.prediction, got.prediction) ??
    gridDifference(wanted.grid, got.grid) ??
    differing('start', wanted.start ?? 'magnitude', got.start ?? 'magnitude') ??
    choiceDifference({ part: 'steps', of: noiseSteps.entries, wanted: wanted.steps, got: got.steps }) ??
    choiceDifference({ part: 'sampler', of: samplers.entries, wanted: wanted.sampler, got: got.sampler }) ??
    choiceDifference({ part: 'limit', of: limits.entries, wanted: wanted.limit, got: got.limit }) ??
    choiceDifference({
      part: 'preconditioning',
      of: preconditions.entries,
      wanted: wanted.precondition ?? usual(wanted),
      got: got.precondition ?? usual(got),
    })
  );
}

const usual = ({ grid }: Scheme): Choice<'discrete' | 'straight'> => {
  const kind = 'betas' in grid ? null : schedules.entries[grid.schedule].definition.kind;
  return { name: kind === 'interpolating' ? 'straight' : 'discrete' };
};

const differing = (what: string, wanted: unknown, got: unknown): string | null =>
  same(wanted, got) ? null : `${what} ${typeof wanted === 'string' ? wanted : show(wanted)}`;

const same = (a: unknown, b: unknown): boolean => Object.is(a, b) || JSON.stringify(a) === JSON.stringify(b);

interface ChoicePair {
  readonly part: string;
  readonly of: Readonly<Record<string, { readonly definition: { readonly options: Specs } }>>;
  readonly wanted: Choice<string> | null;
  readonly got: Choice<string> | null;
}

type Specs = Readonly<Record<string, { readonly default: unknown }>>;

function choiceDifference({ part, of, wanted, got }: ChoicePair): string | null {
  if (wanted?.name !== got?.name) return wanted === null ? `no ${part}` : `${part} ${wanted.name}`;
  if (wanted === null || got === null) return null;
  const specs = of[wanted.name]!.definition.options;
  const option = optionDifference(specs, wanted.options ?? {}, got.options ?? {});
  return option === null
    ? null
    : `${part} ${wanted.name} with ${option} ${show(wanted.options?.[option] ?? specs[option]?.default)}`;
}

type Options = Readonly<Record<string, unknown>>;

const optionDifference = (specs: Specs, wanted: Options, got: Options): string | null =>
  Object.entries(specs).find(([name, { default: usual }]) => {
    return name !== 'arithmetic' && !same(wanted[name] ?? usual, got[name] ?? usual); // torch has one arithmetic
  })?.[0] ?? null;

function gridDifference(wanted: GridConfig, got: GridConfig): string | null {
  const exact = { arithmetic: undefined }; // torch rounds every chain, whatever it is called
  if ('betas' in wanted || 'betas' in got) {
    return same(sorted({ ...wanted, ...exact }), sorted({ ...got, ...exact })) ? null : 'these betas';
  }
  const { schedule, options, arithmetic: _, ...rest } = wanted;
  const { schedule: other, options: others, arithmetic: __, ...theirs } = got;
  if (schedule !== other) return `the schedule ${schedule}`;
  const specs = schedules.entries[schedule as ScheduleName].definition.options as Specs;
  const option = optionDifference(specs, options, others);
  if (option !== null) return `the schedule ${schedule} with ${option} ${show(options[option])}`;
  return same(sorted(rest), sorted(theirs)) ? null : `levels with ${show(rest)}`;
}

const sorted = (value: object): [string, unknown][] => Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));

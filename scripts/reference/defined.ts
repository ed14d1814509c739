import type { OptionSpecs } from '../../src/core/options.js';
import { key } from '../../src/core/random.js';
import { numberSpace } from '../../src/core/space.js';
import { type Grid, grid, type Schedule, schedules } from '../../src/diffusion/index.js';
import {
  intervals,
  type NoiseSteps,
  reversed,
  type SamplerDefinition,
  type SamplerFactory,
  type Steps,
  sample,
  trailing,
} from '../../src/sampling/index.js';
import { stepOptions } from './pictures/steps.js';

/** Every registered schedule at its defaults, cut into a chain. */
const grids = new Map<string, Grid>(
  Object.entries(schedules.entries).map(([name, create]) => [
    name,
    grid({ schedule: (create as () => Schedule)(), count: 200 }),
  ]),
);

/** Where something works, as it was just tried: for how many schedules, and what the others are told. */
async function tried(attempt: (training: Grid, name: string) => unknown): Promise<Readonly<Record<string, string>>> {
  const refusals = new Map<string, string[]>();
  for (const [name, training] of grids) {
    try {
      await attempt(training, name);
    } catch (error) {
      const said = (error as Error).message.replace(/ at t = .*?,|\d+\.\d{4,}/g, '…');
      refusals.set(said, [...(refusals.get(said) ?? []), name]);
    }
  }
  const refused = [...refusals.values()].flat();
  const some = (names: readonly string[]): string =>
    names.map((name) => `[${name}](../schedules/${name}.md)`).join(', ');
  const works = [...grids.keys()].filter((name) => !refused.includes(name));
  if (refused.length === 0) return { 'Defined on': `every schedule (all ${grids.size} tried)` };
  return {
    'Defined on': works.length <= 4 ? some(works) : `${works.length} of ${grids.size} schedules`,
    ...Object.fromEntries(
      [...refusals].map(([said, names], i) => [
        i === 0 ? 'Refused' : `Refused, ${i + 1}`,
        `on ${names.length > 6 ? `the other ${names.length}` : some(names)}: “${said}”`,
      ]),
    ),
  };
}

/** A short walk on every schedule. */
export const samplerDefined = (create: SamplerFactory): Promise<Readonly<Record<string, string>>> => {
  const { direction, memory }: SamplerDefinition<OptionSpecs> = create.definition;
  return tried(async (training) => {
    const steps: Steps = trailing().levels({ count: 4 + memory, grid: training });
    const level = intervals(steps)[0]!.from;
    await sample({
      denoise: async (x, { alpha, sigma }) => (alpha * 0.25 * x) / (alpha ** 2 * 0.25 + sigma ** 2),
      sampler: create(),
      steps: direction === 'up' ? reversed(intervals(steps).slice(1)) : steps,
      start: direction === 'up' ? 0.4 : 0.7 * Math.hypot(level.alpha, level.sigma),
      grid: training,
      space: numberSpace,
      key: key(0),
    });
  });
};

export const stepsDefined = (
  name: string,
  create: (options?: object) => NoiseSteps,
): Promise<Readonly<Record<string, string>>> =>
  tried((training) => intervals(create(stepOptions[name]).levels({ count: 8, grid: training })));

/** What a schedule is at its ends, and what cannot be asked of it. */
export function scheduleFacts(create: () => Schedule): Readonly<Record<string, string>> {
  const made = create();
  const ratio = (t: number): string => {
    const { alpha, sigma } = made.level(t);
    return sigma > 1e9 * alpha ? '∞' : String(Number((sigma / alpha).toPrecision(3)));
  };
  const said = (work: () => unknown): string | null => {
    try {
      work();
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const betas = said(() => made.betas(10));
  const zero = said(() => grid({ schedule: made, zeroTerminalSnr: true }));
  const ends = made.alpha(1) < 1e-9;
  return {
    Kind: made.kind,
    'σ/α at t = 0, ½, 1': [0, 0.5, 1].map(ratio).join(', '),
    'As a chain of β': betas === null ? 'yes' : `refused: “${betas}”`,
    'Ends in pure noise': ends ? 'yes' : zero === null ? 'with `zeroTerminalSnr` of the grid' : `refused: “${zero}”`,
  };
}

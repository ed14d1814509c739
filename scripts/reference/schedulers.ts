import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  readSchedulerConfig,
  type SchedulerClassName,
  schedulerClasses,
  unreadSchedulers,
  writeSchedulerConfig,
} from '../../src/sampling/index.js';
import { table } from './markdown.js';
import { root } from './source.js';

/** Classes whose results differ from diffusers' in more than the last digits, and why. All others agree. */
const differing: Readonly<Partial<Record<SchedulerClassName, string>>> = {
  DEISMultistepScheduler:
    '4.5·10⁻⁴ off on the cosine chain with trailing or linspace timesteps in 20 steps: the first one starts at α = 5·10⁻⁵, where the last digits of a logarithm, as torch rounds it, decide',
  PNDMScheduler:
    '10⁻³ off on the cosine chain with trailing or linspace timesteps for ε in 20 steps: its start diverges there, here as in diffusers, and what differs is rounding',
  CosineDPMSolverMultistepScheduler:
    'its noise is a Brownian tree of torchsde, here another Brownian motion; all else agrees but for one step alone on exponential σ, which is at the least noise there, at the most here',
  DPMSolverSDEScheduler:
    'its noise is a Brownian tree of torchsde, here another Brownian motion; all else agrees but for one step alone on linspace timesteps with Karras, exponential or beta σ, which is at the least noise there, at the most here',
  DPMSolverMultistepScheduler:
    'the ODE types agree; the SDE types draw afresh in every step there, from one Brownian motion here',
  DPMSolverSinglestepScheduler:
    'the ODE types agree; the SDE type draws afresh in every step there, from one Brownian motion here',
  EDMDPMSolverMultistepScheduler:
    'the ODE type agrees but for one step alone on exponential σ, which is at the least noise there, at the most here; the SDE type draws afresh in every step there, from one Brownian motion here',
  DPMSolverMultistepInverseScheduler:
    'the SDE is refused; one step alone with σ chosen otherwise is at the least noise there, at the most here; where several of Karras’ σ round to one timestep the walk ends early there',
  DDPMScheduler:
    'with `fixed_large` diffusers adds noise once more in a last step from a timestep other than 0 (an offset, trailing timesteps), which ends without noise here',
  ...Object.fromEntries(
    (['EulerDiscrete', 'HeunDiscrete', 'LMSDiscrete', 'KDPM2Discrete', 'KDPM2AncestralDiscrete'] as const).map(
      (name) => [
        `${name}Scheduler`,
        `one step alone on linspace timesteps with Karras, exponential or beta σ is at the least noise there, at the most here${name === 'EulerDiscrete' ? '; `interpolation_type` log_linear with `timestep_type` continuous is refused, it takes one step more there' : ''}`,
      ],
    ),
  ),
  ScoreSdeVeScheduler: 'one step alone moves by the least noise there, by the most here',
  EDMEulerScheduler: 'one step alone on exponential σ is at the least noise there, at the most here',
  SASolverScheduler: 'its `tau_func` is Python: the default is read',
  UniPCMultistepScheduler: '`solver_p` is a Python object and is refused',
};

/**
 * Numbers of diffusers that tests compare with, for each class: whole runs with an optimal model, sums that its own tests
 * assert, and how many of the runs are further off than 10⁻⁴. They are counted by test/scheduler-traces.test.ts and test/scheduler-oracles.test.ts.
 */
const compared: Readonly<
  Partial<Record<SchedulerClassName, readonly [traces: number, asserted: number, missed?: number]>>
> = {
  CMStochasticIterativeScheduler: [0, 6],
  DDIMInverseScheduler: [0, 8],
  DDIMParallelScheduler: [0, 18],
  DDIMScheduler: [84, 16],
  DDPMParallelScheduler: [0, 11],
  DDPMScheduler: [0, 9],
  DEISMultistepScheduler: [44, 6, 5],
  DPMSolverMultistepInverseScheduler: [0, 5],
  DPMSolverMultistepScheduler: [220, 9],
  DPMSolverSinglestepScheduler: [40, 9],
  EDMDPMSolverMultistepScheduler: [0, 4],
  EDMEulerScheduler: [0, 4],
  EulerAncestralDiscreteScheduler: [0, 8],
  EulerDiscreteScheduler: [108, 8],
  HeunDiscreteScheduler: [126, 6],
  KDPM2AncestralDiscreteScheduler: [0, 8],
  KDPM2DiscreteScheduler: [26, 10],
  LCMScheduler: [0, 4],
  LMSDiscreteScheduler: [100, 8],
  PNDMScheduler: [22, 8, 2],
  SASolverScheduler: [0, 16],
  ScoreSdeVeScheduler: [0, 2],
  TCDScheduler: [0, 4],
  UnCLIPScheduler: [0, 10],
  UniPCMultistepScheduler: [112, 8],
};

/** Traces of each class, for a test that counts them where they are. */
export const tracesOf = (name: string): number => compared[name as SchedulerClassName]?.[0] ?? 0;

/** Whole runs kept in this repository, by class. */
function ownRuns(): ReadonlyMap<string, number> {
  const folder = join(root, 'test/golden/schedulers');
  const counts = new Map<string, number>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const { runs } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { runs: readonly Run[] };
    for (const { cls, class: other, config } of runs) {
      const name = cls ?? other ?? config?._class_name ?? '';
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

interface Run {
  readonly cls?: string;
  readonly class?: string;
  readonly config?: { readonly _class_name?: string };
}

/** What a class reads as with no keys at all, and as which class that is written. */
function readAs(name: SchedulerClassName): { readonly parts: string; readonly written: string } {
  try {
    const scheme = readSchedulerConfig({ _class_name: name });
    const link = (folder: string, of: string): string => `[${of}](${folder}/${of}.md)`;
    const parts = [link('samplers', scheme.sampler.name), link('steps', scheme.steps.name)].join(' on ');
    return { parts, written: wordsFor(() => String(writeSchedulerConfig(scheme)['_class_name']), name) };
  } catch (error) {
    return { parts: `needs its keys: ${(error as Error).message}`, written: '' };
  }
}

function wordsFor(write: () => string, name: string): string {
  try {
    const written = write();
    return written === name ? 'yes' : `as \`${written}\``;
  } catch {
    return 'no';
  }
}

/** The page of scheduler classes: what each reads as, how well it agrees, and what is not read. */
export function schedulerTables(): readonly string[] {
  const runs = ownRuns();
  const rows = schedulerClasses.names.map((name) => {
    const { parts, written } = readAs(name);
    const [traces, asserted, missed = 0] = compared[name] ?? [0, 0];
    const evidence = [
      ...(traces > 0 ? [missed > 0 ? `${traces - missed} of ${traces} traces` : `${traces} traces`] : []),
      ...(asserted > 0 ? [`${asserted} asserted`] : []),
      ...(runs.has(name) ? [`${runs.get(name)} runs`] : []),
    ];
    const why = differing[name];
    const agreement = why === undefined ? 'exact' : /noise is/.test(why) ? `close: ${why}` : `exact; ${why}`;
    return [`\`${name}\``, parts, agreement, written, evidence.join(', ') || 'as the class it is a variant of'];
  });
  const all = Object.values(compared);
  const sum = (of: 0 | 1 | 2): number => all.reduce((total, counts) => total + (counts[of] ?? 0), 0);
  const kept = [...runs.values()].reduce((a, b) => a + b, 0);
  return [
    `${schedulerClasses.names.length} classes are read. *Exact* is within 10⁻⁴ of diffusers' own numbers (float32 there), given the same noise. ` +
      `Compared are ${sum(0)} *traces* (whole runs with an optimal model, 7 and 20 steps, over schedules, predictions, ` +
      `spacings and orders), of which ${sum(0) - sum(2)} agree and ${sum(2)} are close, for the reasons below; ${sum(1)} sums *asserted* by the ` +
      'tests of diffusers, within their tolerance (those that could fail: the number is at least three times its ' +
      `tolerance); and ${kept} further whole *runs* that are kept in this repository. The last two kinds agree in all.`,
    table(['Class', 'Reads as, without keys', 'Agreement', 'Written back', 'Compared with'], rows),
    '## Not read',
    table(
      ['Class', 'Why'],
      unreadSchedulers.map(([classes, why]) => [
        classes
          .split(', ')
          .map((name) => `\`${name}\``)
          .join(', '),
        why,
      ]),
    ),
  ];
}

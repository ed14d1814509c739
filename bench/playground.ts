/**
 * How long until a model draws a recognisable swiss roll? Trains as `langevin train --data 2d:swissroll` does, from the
 * start of the process' work on (drawing the data and compiling included), and after every hundred steps compares as
 * many samples as there are held-out points with these points. Measuring is not counted.
 *
 * Recognisable: an energy distance below 0.003, a sliced Wasserstein distance below 0.06 and fewer than 5 % of samples
 * further than 0.08 (four standard deviations of its noise) beside the roll, twice in a row. Two draws of the data itself
 * are measured beside it: what no model can go below.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { settle } from '../src/cli/parse.js';
import { openRuntime } from '../src/cli/runtime.js';
import { type TrainOptions, trainPlan } from '../src/cli/train/plan.js';
import { pointSteps } from '../src/cli/train/previews.js';
import { createSession } from '../src/cli/train/session.js';
import { trainOptions } from '../src/cli/train/train-options.js';
import type { HostArray } from '../src/core/index.js';
import { key } from '../src/core/index.js';
import { datasets, finish, gather, splitIndices } from '../src/data/index.js';
import { energyDistance, slicedWasserstein } from '../src/metrics/index.js';
import { generateAll, loadModel } from '../src/pipelines/index.js';
import { type Curve, curves, train } from '../src/training/index.js';
import { benchOptions } from './options.js';
import { report, table } from './report.js';
import { brief, median } from './statistics.js';

type Points = HostArray<'float32'>;

const limits = { energy: 0.003, wasserstein: 0.06, strays: 0.05 };
const every = 100;
const folder = join(mkdtempSync(join(tmpdir(), 'langevin-playground-')), 'model');
const { threads, write, repeats } = benchOptions();
const runs = Math.min(repeats, 3);

async function distances(reference: Points, samples: Points) {
  const sets = { reference, samples, key: key(0) };
  const [energy, wasserstein] = await Promise.all([
    finish(energyDistance({ resamples: 0 }).measure(sets)),
    finish(slicedWasserstein().measure(sets)),
  ]);
  return {
    energy: energy.estimates[0]!.value,
    wasserstein: wasserstein.estimates[0]!.value,
    strays: strays(samples),
  };
}

/** The middle of the roll, closely enough. */
const roll = Array.from({ length: 2000 }, (_, i) => {
  const t = 1.5 * Math.PI * (1 + (2 * i) / 1999);
  const r = (0.85 * t) / (4.5 * Math.PI);
  return [r * Math.cos(t), r * Math.sin(t)] as const;
});

/** Part of the points that lie beside the roll. */
function strays({ data }: Points): number {
  let beside = 0;
  for (let i = 0; i < data.length; i += 2) {
    if (roll.every(([x, y]) => Math.hypot(x - data[i]!, y - data[i + 1]!) > 0.08)) beside += 1;
  }
  return beside / (data.length / 2);
}

/** Two draws of the data, as many points as are compared. */
async function floor(count: number) {
  const draw = async (seed: number): Promise<Points> => {
    const data = await finish(datasets.get('2d').load({ which: 'swissroll', count, seed } as never));
    return gather(
      data,
      Array.from({ length: count }, (_, i) => i),
    ).x;
  };
  const found = [];
  for (const seed of [1, 3, 5]) found.push(await distances(await draw(seed), await draw(seed + 1)));
  return found;
}

interface Moment {
  readonly step: number;
  readonly seconds: number;
  readonly energy: number;
  readonly wasserstein: number;
  readonly strays: number;
}

/** One training; `seconds` is the time spent on anything but measuring. */
async function training(seed: number): Promise<{ readonly moments: readonly Moment[]; readonly total: number }> {
  let [spent, since] = [0, performance.now()];
  const pause = (): void => void (spent += performance.now() - since);
  const go = (): void => void (since = performance.now());

  const given = { data: '2d:swissroll', seed };
  const data = await finish(datasets.get('2d').load({ which: 'swissroll' } as never));
  const settled = settle('train', trainOptions, given) as TrainOptions;
  const plan = await trainPlan({ version: 'bench', options: settled, data, given: new Set(['data', 'seed']) });
  const runtime = openRuntime({ device: 'cpu', threads });
  using session = await createSession({ plan, data, runtime });
  const { options } = plan;
  const heldOut = gather(data, splitIndices(data, 'test')).x;
  const moments: Moment[] = [];
  const steps = train({
    stepper: session.stepper,
    feeds: session.feeds,
    accumulate: 1,
    total: options.steps!,
    lr: options.lr,
    curve: curves.get(options.curve)({ warmup: options.warmup }) as Curve,
    clip: options.clip,
    emaDecay: options.ema,
  });
  for await (const { step } of steps) {
    if (step % every !== 0) continue;
    pause();
    await session.save(folder, { seconds: 0, heldOut: null, samples: null });
    const samples = await generateAll({
      model: await loadModel(folder),
      runtime,
      count: heldOut.shape[0]!,
      seed: 1000 + step,
      steps: pointSteps,
      batch: heldOut.shape[0]!,
      scheme: { sampler: { name: 'ddpm' }, steps: { name: 'trailing' } },
    });
    moments.push({ step, seconds: spent / 1000, ...(await distances(heldOut, samples)) });
    go();
  }
  pause();
  return { moments, total: spent / 1000 };
}

const isRecognisable = ({ energy, wasserstein, strays }: Moment): boolean =>
  energy < limits.energy && wasserstein < limits.wasserstein && strays < limits.strays;

/** The second of the first two measurements in a row that are good enough. */
const recognised = (moments: readonly Moment[]): Moment | undefined =>
  moments.find((moment, i) => i > 0 && isRecognisable(moment) && isRecognisable(moments[i - 1]!));

const count = 500;
const nothing = await floor(count);
const found = [];
for (let run = 0; run < runs; run++) found.push(await training(run));
const times = found.map(({ moments }) => recognised(moments));
const [first] = found;
const rows = first!.moments.map(({ step, seconds, energy, wasserstein, strays }) => [
  String(step),
  brief(seconds),
  energy.toFixed(4),
  wasserstein.toFixed(4),
  `${(100 * strays).toFixed(1)} %`,
]);
const reached = times.filter((moment) => moment !== undefined);
const inWords =
  reached.length === runs
    ? `**${brief(median(reached.map(({ seconds }) => seconds)))} s** (${reached.map(({ seconds, step }) => `${brief(seconds)} s, step ${step}`).join('; ')})`
    : `reached in ${reached.length} of ${runs} runs`;
const spread = (name: 'energy' | 'wasserstein'): string => nothing.map((one) => one[name].toFixed(4)).join(', ');
const busy = loadavg()[0]! > threads ? ' The machine was busy with other work; idle it is faster.' : '';

report(
  'playground',
  [
    '## Points in the plane: a recognisable swiss roll',
    `\`langevin train --data 2d:swissroll\` with its usual settings, ${threads} threads, median of ${runs} seeds: ${inWords}. ` +
      `The whole run of ${first!.moments.at(-1)!.step} steps: ${found.map(({ total }) => brief(total)).join(', ')} s.${busy}`,
    `Recognisable means: energy distance below ${limits.energy} and sliced Wasserstein distance below ${limits.wasserstein} ` +
      `between ${count} held-out points and as many samples (DDPM, ${pointSteps} steps), and fewer than ` +
      `${100 * limits.strays} % of them more than 0.08 beside the roll, twice in a row. Two draws of ${count} ` +
      `points of the data itself are ${spread('energy')} and ${spread('wasserstein')} apart. The first run:`,
    table([['step', 'seconds', 'energy distance', 'sliced Wasserstein', 'beside the roll'], ...rows]),
  ].join('\n\n'),
  { write },
);
rmSync(join(folder, '..'), { recursive: true, force: true });
process.exit(reached.length === runs ? 0 : 1);

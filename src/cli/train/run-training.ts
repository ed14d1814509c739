import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { ToolkitError } from '../../core/errors.js';
import { isFiniteValue } from '../../core/values.js';
import type { DataSet } from '../../data/dataset.js';
import { writeFileAtomic, writeJson } from '../../files/atomic.js';
import { takeLock } from '../../files/lock.js';
import { encodePng, writePng } from '../../files/png.js';
import { readBytes } from '../../files/read-bytes.js';
import { type ParamValues, readSafetensors, writeSafetensors } from '../../nn/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import {
  type Curve,
  curves,
  type HeldOutAccuracy,
  type HeldOutLoss,
  restoreLatest,
  saveCheckpoint,
  train,
} from '../../training/index.js';
import { type MetricsLog, openMetricsLog } from './metrics-log.js';
import type { RunPlan } from './plan.js';
import { pointSteps, previewSteps } from './previews.js';
import { type RunFolder, requireCheckpoint, requireFresh, runFolder } from './run-folder.js';
import type { Session, Standing } from './session.js';
import { openSession } from './sessions.js';

export interface RunTrainingOptions {
  readonly plan: RunPlan;
  readonly data: DataSet;
  readonly runtime: Runtime;
  readonly root: string;
  /** Continue from the last checkpoint. */
  readonly resume: boolean;
  /** The numbers that a fresh run begins with in the place of drawn ones; null for none. */
  readonly start?: ParamValues | null;
  readonly signal: AbortSignal;
  /** Also a preview whenever so many seconds have passed. */
  readonly previewSeconds?: number;
  /** Pictures in the grid beside the finished model. */
  readonly samples?: number;
}

/** What a run has to tell while it goes on. */
export type TrainingEvent =
  | { readonly kind: 'start'; readonly step: number; readonly seconds: number; readonly parameters: number }
  | {
      readonly kind: 'step';
      readonly step: number;
      readonly seconds: number;
      readonly loss: number;
      readonly lr: number;
      readonly norm: number;
    }
  | { readonly kind: 'preview'; readonly step: number; readonly file: string }
  | { readonly kind: 'validation'; readonly step: number; readonly heldOut: HeldOutLoss }
  | { readonly kind: 'checkpoint'; readonly step: number; readonly folder: string }
  | {
      /** A newer checkpoint that cannot be read: the run goes on from one before it. */
      readonly kind: 'damaged';
      readonly step: number;
      readonly folder: string;
      readonly aside: string;
      readonly reason: string;
    };

export interface TrainingResult {
  readonly step: number;
  readonly seconds: number;
  readonly model: string;
  /** The grid of samples beside it, or null where a model draws nothing. */
  readonly samples: string | null;
  readonly heldOut: HeldOutLoss | null;
}

/** Steps that are averaged into one line of metrics. */
const linesEvery = 10;
/** Pictures in a preview. */
const previewCount = 16;

/**
 * A run from its start, or from its last checkpoint, to its end: trains, measures, draws, saves. When it is stopped or a
 * loss is no number, the last good state is saved before the error goes on; `resume` continues exactly there.
 */
export async function* runTraining(
  given: RunTrainingOptions,
): AsyncGenerator<TrainingEvent, TrainingResult, undefined> {
  const { plan, data, runtime, root, signal, previewSeconds = Infinity, samples: sampleCount = 64 } = given;
  const { options } = plan;
  const folder = runFolder(root);
  using _lock = takeLock(folder.lock);
  await openFolder(folder, given);
  const start = given.resume ? await readFrozen(folder) : (given.start ?? null);
  using session = await openSession({ plan, data, runtime, start });
  if (start && !given.resume && session.frozen.size > 0) {
    await writeFileAtomic(folder.frozen, writeSafetensors(session.frozen));
  }
  const { stepper } = session;
  const restored = given.resume ? await restoreLatest(folder.checkpoints, stepper) : null;
  const found = restored?.state;
  if (found) await writeJson(folder.config, plan);
  await writeSkipped(folder, data);
  for (const { path, aside, reason } of restored?.damaged ?? []) {
    yield { kind: 'damaged', step: stepper.steps, folder: path, aside, reason };
  }

  const begin = performance.now();
  const seconds = (): number => (found?.seconds ?? 0) + (performance.now() - begin) / 1000;
  const log = await openMetricsLog(folder, stepper.steps);
  const mean = createMean(found?.unlogged);
  const saver = createSaver({ plan, folder, session, seconds, mean });
  const limit = options.minutes === null ? Infinity : options.minutes * 60;
  const total = totalSteps(plan);
  const due = (every: number): boolean => every > 0 && stepper.steps % every === 0;
  yield { kind: 'start', step: stepper.steps, seconds: seconds(), parameters: session.parameters };

  try {
    const steps = train({
      stepper,
      feeds: session.feeds,
      accumulate: options.accumulate,
      total,
      lr: options.lr,
      curve: curves.get(options.curve)({ warmup: options.warmup }) as Curve,
      curveTotal: () => Math.min(total, stepper.steps === 0 ? Infinity : (stepper.steps * limit) / seconds()),
      clip: options.clip === 0 ? Infinity : options.clip,
      emaDecay: options.ema,
      signal,
    });
    let previewed = seconds();
    // A measurement in which the run was stopped is made up for, so that the log is that of an unbroken run.
    if (found && due(options.validateEvery) && stepper.steps < total && log.heldOutAt !== stepper.steps) {
      const heldOut = await saver.validate(log, signal);
      if (heldOut) yield { kind: 'validation', step: stepper.steps, heldOut };
    }
    if (seconds() < limit) {
      for await (const { step, loss, lr, norm } of steps) {
        mean.add({ loss, norm });
        yield { kind: 'step', step, seconds: seconds(), loss, lr, norm };
        if (due(linesEvery) || step === total) {
          log.record({ step, seconds: seconds(), ...mean.value(), lr });
          await log.flush();
          if (due(linesEvery)) mean.clear(); // a run that is made longer goes on with the mean that its end has cut
        }
        const ends = step >= total || seconds() >= limit;
        if (!ends && (due(options.previewEvery) || seconds() - previewed >= previewSeconds)) {
          const drawn = await drawPreview({ ...given, session, folder, log });
          if (drawn) yield drawn;
          previewed = seconds();
        }
        if (due(options.validateEvery) && !ends) {
          const heldOut = await saver.validate(log, signal);
          if (heldOut) yield { kind: 'validation', step, heldOut };
        }
        if (due(options.checkpointEvery) && !ends) yield { kind: 'checkpoint', step, folder: await saver.checkpoint() };
        if (ends) break;
      }
    }
    const heldOut = options.validateEvery === 0 ? null : await saver.validate(log, signal);
    if (heldOut) yield { kind: 'validation', step: stepper.steps, heldOut };
    yield { kind: 'checkpoint', step: stepper.steps, folder: await saver.checkpoint() };
    const picture = await session.preview({ count: sampleCount, signal });
    const samples = picture && join(folder.samples, 'final.png');
    if (samples) await writePng(samples, picture, { recipe: recipeOf(plan, stepper.steps) });
    await saver.model(picture && { png: encodePng(picture), count: sampleCount });
    return { step: stepper.steps, seconds: seconds(), model: folder.model, samples, heldOut };
  } catch (error) {
    if (signal.aborted || (error instanceof ToolkitError && error.code === 'non-finite')) {
      // A state that is itself no number is not saved: the checkpoints before it are the last good ones.
      const isGood = [...stepper.read('p').values()].every(isFiniteValue);
      if (isGood) yield { kind: 'checkpoint', step: stepper.steps, folder: await saver.checkpoint() };
    }
    throw error;
  } finally {
    await log.flush();
  }
}

/** Steps in all; without any limit given, a round number. */
export const totalSteps = ({ options }: RunPlan): number =>
  options.steps ?? (options.minutes === null ? 10_000 : Infinity);

async function openFolder({ root, config }: RunFolder, { plan, resume }: RunTrainingOptions): Promise<void> {
  if (resume) return requireCheckpoint(root); // what is continued may still turn out to be damaged
  await requireFresh(root);
  await writeJson(config, plan);
}

/** What a run that began with a model was given and does not train; null where there is nothing such. */
async function readFrozen({ frozen: file }: RunFolder): Promise<ParamValues | null> {
  return existsSync(file) ? (readSafetensors(await readBytes(file), { name: file }).tensors as ParamValues) : null;
}

/** All that was left out of the data, whole or not at all. */
async function writeSkipped({ skipped: file }: RunFolder, { skipped }: DataSet): Promise<void> {
  const lines = skipped.map(({ name, reason }) => `${name}: ${reason}\n`);
  if (lines.length > 0) await writeFileAtomic(file, lines.join(''));
}

interface SaverOptions {
  readonly plan: RunPlan;
  readonly folder: RunFolder;
  readonly session: Session;
  readonly seconds: () => number;
  readonly mean: ReturnType<typeof createMean>;
}

/** Writes checkpoints, the model and held-out losses; remembers the last of these for the card. */
function createSaver({ plan, folder, session, seconds, mean }: SaverOptions) {
  let heldOut: HeldOutLoss | null = null;
  const model = (samples: Standing['samples']): Promise<void> =>
    session.save(folder.model, { seconds: seconds(), heldOut, samples });
  return {
    model,
    async checkpoint(): Promise<string> {
      const { keep, seed } = plan.options;
      const state = { keep, seed, seconds: seconds(), unlogged: mean.rows(), config: { ...plan } };
      const saved = await saveCheckpoint(folder.checkpoints, session.stepper, state);
      await model(null);
      return saved;
    },
    async validate(log: MetricsLog, signal: AbortSignal): Promise<HeldOutLoss | null> {
      heldOut = await session.validate(signal);
      if (!heldOut) return null;
      const { mean, byLevel } = heldOut;
      const { accuracy: share, accuracyByLevel } = heldOut as HeldOutAccuracy;
      const accuracy = 'accuracy' in heldOut ? { accuracy: share, accuracyByLevel } : {};
      log.record({
        ...{ step: session.stepper.steps, seconds: seconds() },
        ...{ heldOut: mean, heldOutByLevel: byLevel, ...accuracy },
      });
      await log.flush();
      return heldOut;
    },
  };
}

interface DrawOptions extends RunTrainingOptions {
  readonly session: Session;
  readonly folder: RunFolder;
  readonly log: MetricsLog;
}

async function drawPreview({ plan, signal, session, folder, log }: DrawOptions): Promise<TrainingEvent | null> {
  const step = session.stepper.steps;
  const picture = await session.preview({ count: previewCount, signal });
  if (!picture) return null;
  const file = join(folder.samples, `step-${String(step).padStart(9, '0')}.png`);
  await writePng(file, picture, { recipe: recipeOf(plan, step) });
  log.image({ step, tag: 'samples', picture });
  await log.flush();
  return { kind: 'preview', step, file };
}

const recipeOf = ({ langevin, options, data }: RunPlan, step: number) => ({
  langevin,
  made: 'while training',
  data: data.name,
  step,
  seed: options.seed,
  steps: data.size === 1 ? pointSteps : previewSteps,
});

type MeanRow = Readonly<Record<'loss' | 'norm', number>>;

/** The mean of what was added since it was last cleared; `begun` is what a checkpoint kept of one that was open. */
function createMean(begun: readonly MeanRow[] = []) {
  let rows = [...begun];
  return {
    add: ({ loss, norm }: MeanRow): void => void rows.push({ loss, norm }),
    rows: (): readonly MeanRow[] => rows,
    value(): MeanRow {
      const average = (name: 'loss' | 'norm'): number => rows.reduce((sum, row) => sum + row[name], 0) / rows.length;
      return { loss: average('loss'), norm: average('norm') };
    },
    clear: (): void => void (rows = []),
  };
}

import { readNdjson } from '../../files/ndjson.js';
import { type DiffusionModel, isPointModel } from '../../pipelines/index.js';
import { checkpointSteps } from '../../training/checkpoint.js';
import { count, duration, figure, plural } from '../terminal/format.js';
import type { MetricsRecord } from '../train/metrics-log.js';
import type { TrainPlan } from '../train/plan.js';
import { isRun, readRunConfig, runFolder } from '../train/run-folder.js';

export interface RunDescription {
  readonly lines: readonly string[];
  readonly facts: Readonly<Record<string, unknown>> | null;
}

/** How far a training run has come; nothing for a folder that is no run. */
export async function describeRun(root: string, model: DiffusionModel): Promise<RunDescription> {
  if (!isRun(root)) return { lines: [], facts: null };
  const folder = runFolder(root);
  const { data, options } = (await readRunConfig(root)) as unknown as TrainPlan;
  const records = await readNdjson<MetricsRecord>(folder.metrics);
  const [last, heldOut] = ['loss', 'heldOut'].map((name) => records.findLast((record) => name in record));
  const checkpoints = await checkpointSteps(folder.checkpoints);
  const rows = {
    Trained: last ? `${plural(last.step, 'step')} in ${duration(last.seconds)}` : 'not yet',
    Data: `${plural(data.count, isPointModel(model) ? 'point' : 'picture')} of ${data.name}`,
    Loss: last ? figure(last['loss'] as number) : 'not yet',
    'Held out': heldOut ? `${figure(heldOut['heldOut'] as number)} at step ${count(heldOut.step)}` : 'not measured',
    Checkpoints: checkpoints.map((step) => `step ${count(step)}`).join(', ') || 'none',
  };
  const facts = { options, data: { ...data, classes: data.classes?.length ?? null }, last, heldOut, checkpoints };
  return { lines: Object.entries(rows).map(([name, value]) => `  ${name.padEnd(12)} ${value}`), facts };
}

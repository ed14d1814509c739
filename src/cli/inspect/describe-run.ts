import { readNdjson } from '../../files/ndjson.js';
import { checkpointSteps } from '../../training/checkpoint.js';
import { count, duration, figure } from '../terminal/format.js';
import type { MetricsRecord } from '../train/metrics-log.js';
import type { TrainPlan } from '../train/plan.js';
import { isRun, readRunConfig, runFolder } from '../train/run-folder.js';

export interface RunDescription {
  readonly lines: readonly string[];
  readonly facts: Readonly<Record<string, unknown>> | null;
}

/** How far a training run has come; nothing for a folder that is no run. */
export async function describeRun(root: string): Promise<RunDescription> {
  if (!isRun(root)) return { lines: [], facts: null };
  const folder = runFolder(root);
  const { data, options } = (await readRunConfig(root)) as unknown as TrainPlan;
  const records = await readNdjson<MetricsRecord>(folder.metrics);
  const [last, heldOut] = ['loss', 'heldOut'].map((name) => records.findLast((record) => name in record));
  const checkpoints = await checkpointSteps(folder.checkpoints);
  const rows = {
    Trained: last ? `${count(last.step)} steps in ${duration(last.seconds)}` : 'not yet',
    Data: `${count(data.count)} pictures of ${data.name}`,
    Loss: last ? figure(last['loss'] as number) : 'not yet',
    'Held out': heldOut ? `${figure(heldOut['heldOut'] as number)} at step ${count(heldOut.step)}` : 'not measured',
    Checkpoints: checkpoints.map((step) => `step ${count(step)}`).join(', ') || 'none',
  };
  const facts = { options, data: { ...data, classes: data.classes?.length ?? null }, last, heldOut, checkpoints };
  return { lines: Object.entries(rows).map(([name, value]) => `  ${name.padEnd(12)} ${value}`), facts };
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { type DataSet, isPoints } from '../../data/dataset.js';
import { retarget } from '../../pipelines/index.js';
import { defineCommand } from '../define-command.js';
import { openModel } from '../model/open-model.js';
import { flagOf, settle, usageError } from '../parse.js';
import { openRuntime } from '../runtime.js';
import { duration, plural } from '../terminal/format.js';
import { classifierPlan } from '../train/classifier-plan.js';
import { dataLike, drawnBy, originOf } from '../train/fine-tuning.js';
import { requireSameData } from '../train/known-data.js';
import { loadData } from '../train/load-data.js';
import { type RunPlan, requireFit, resumedOptions, type TrainOptions, trainPlan } from '../train/plan.js';
import { isRun, readRunConfig, requireCheckpoint, requireFresh, runFolder } from '../train/run-folder.js';
import type { TrainingEvent } from '../train/run-training.js';
import { trainOptions } from '../train/train-options.js';
import { watchTraining } from '../train/watch-training.js';
import { version } from '../version.js';

export const train = defineCommand({
  name: 'train',
  summary: 'Trains a model on pictures, or on points in the plane.',
  details:
    'Everything of a run is in one folder: config.json, metrics.jsonl and an event file for TensorBoard, samples, ' +
    'checkpoints, and the model itself as a diffusers folder. Ctrl-C saves and stops; --resume continues with the ' +
    'very same numbers as if it had never stopped.',
  arguments: {},
  options: trainOptions,
  short: { o: 'out', s: 'seed' },
  examples: [
    'langevin train --data emoji:faces --size 16 --minutes 1',
    'langevin train --data icons/ --size 32 --model medium --steps 20000 --out runs/icons',
    'langevin train --out runs/icons --resume --steps 40000',
    'langevin train --data 2d:swissroll --out runs/roll',
    'langevin train --task classifier --data emoji --size 32 --minutes 10',
  ],
  async run({ options: now, given, globals, out, signal, standing }) {
    const stored = now.resume ? await storedPlan(now) : null;
    const options = stored ? resumedOptions(stored.options, { options: now, given, flagOf }) : now;
    // Before thousands of pictures are drawn.
    if (!stored) requireFit(options);
    if (!stored && now.out !== null && !now.dryRun) await requireFresh(now.out);
    // Once all folders had colours: a run goes on as it began.
    const channels = stored?.data.channels === 3 && options.channels === 'auto' ? 3 : options.channels;
    const from = stored ? null : options.from;
    const origin = from === null ? null : originOf(from, { model: await openModel(from, out), options });
    const folderOf = (data: DataSet): string => now.out ?? freshFolder(data);
    const skippedIn = (data: DataSet): string | null => (now.dryRun ? null : runFolder(folderOf(data)).skipped);
    const like = origin ? drawnBy(origin) : stored && 'from' in stored ? stored.data : null;
    const wanted = { ...options, channels, ...(like && dataLike(options, like)) };
    const data = await loadData({ ...wanted, out, signal, skippedIn });
    const planned = { version: version(), options, data };
    const fresh = (): Promise<RunPlan> =>
      options.task === 'classifier' ? classifierPlan({ ...planned, given }) : trainPlan({ ...planned, given, origin });
    const root = folderOf(data);
    if (stored) requireSameData(root, { known: stored.data, data });
    const plan = stored ? { ...stored, options } : await fresh();
    if (options.dryRun) {
      out.print(JSON.stringify({ out: root, ...plan }, null, 2));
      return { out: root, plan };
    }
    const things = isPoints(data) ? 'points' : 'pictures';
    out.say(`Training on ${data.count} ${things} of ${data.name} in ${root}`);
    const runtime = openRuntime(globals);
    let begun = 0;
    const listen = (event: TrainingEvent): void => {
      if (event.kind === 'start') begun = event.step;
      standing({ command: 'train', out: root, step: event.step });
    };
    const start = origin && retarget(origin.model, { classes: plan.data.classes }).values;
    const result = await watchTraining({ plan, data, runtime, root, resume: now.resume, start, signal, out, listen });
    if (begun > 0 && result.step === begun) {
      out.print(`Nothing was trained: ${root} is at step ${begun}${lengthOf(options)} already. ${longer(options)}`);
      return { out: root, ...result };
    }
    const done = `Trained ${plural(result.step, 'step')} in ${duration(result.seconds)}. The model is in ${result.model}`;
    const many = isPoints(data) ? '-n 2000 -o samples.svg' : '-n 16 -o samples.png';
    const more = `langevin sample --model ${root} ${many}`;
    out.print(result.samples ? `${done}, samples of it in ${result.samples}.\nMore of them: ${more}` : `${done}.`);
    return { out: root, ...result };
  },
});

/** What a run that was as long as it should be was told. */
const lengthOf = ({ steps, minutes }: TrainOptions): string =>
  minutes !== null ? ` after ${minutes} minutes` : steps !== null ? ` of ${steps}` : '';

const longer = ({ minutes }: TrainOptions): string =>
  minutes !== null
    ? 'Name more with --minutes, which counts all of them.'
    : 'Name more with --steps, which counts all.';

async function storedPlan({ out }: TrainOptions): Promise<RunPlan> {
  if (out === null) throw usageError('train: --resume needs --out RUN, the folder of the run to continue.');
  const plan = (await readRunConfig(out)) as unknown as RunPlan;
  await requireCheckpoint(out); // before data is loaded
  // An older run knows fewer options: what it does not name is as usual.
  const { labels, ...options } = plan.options as TrainOptions & { readonly labels?: boolean };
  const renamed = labels === false ? { ...options, condition: 'none' } : options; // once --no-labels
  return { ...plan, options: settle('train', trainOptions, { ...renamed }) as TrainOptions };
}

/** `runs/emoji-faces-16` or `runs/2d-moons`, with a number behind it where that is taken. */
function freshFolder(data: DataSet): string {
  const slug = (isPoints(data) ? data.name : `${data.name}-${data.size}`)
    .replace(/[^\w]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase();
  const names = Array.from({ length: 10_000 }, (_, i) => join('runs', `${slug}${i === 0 ? '' : `-${i + 1}`}`));
  return names.find((name) => !existsSync(name) || !isRun(name))!;
}

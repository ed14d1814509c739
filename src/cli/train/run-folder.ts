import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ToolkitError } from '../../core/errors.js';
import { checkpointSteps } from '../../training/checkpoint.js';

/** The places of a run: what is where below its folder. */
export interface RunFolder {
  readonly root: string;
  /** Every setting, as JSON. */
  readonly config: string;
  /** One record a line: losses, held-out losses, previews. */
  readonly metrics: string;
  /** What of the data could not be read, a line each; absent where everything could. */
  readonly skipped: string;
  readonly samples: string;
  readonly checkpoints: string;
  /** What fine-tuning leaves as it was in the model it began with; absent where there is nothing. */
  readonly frozen: string;
  /** The model as a diffusers folder, as good as it is so far. */
  readonly model: string;
  readonly lock: string;
}

export const runFolder = (root: string): RunFolder => ({
  root,
  config: join(root, 'config.json'),
  metrics: join(root, 'metrics.jsonl'),
  skipped: join(root, 'skipped.txt'),
  samples: join(root, 'samples'),
  checkpoints: join(root, 'checkpoints'),
  frozen: join(root, 'frozen.safetensors'),
  model: join(root, 'model'),
  lock: join(root, 'lock.json'),
});

/** Whether a folder is a run: it has a config and a place for metrics or checkpoints. */
export const isRun = (root: string): boolean => {
  const { config, metrics, checkpoints } = runFolder(root);
  return existsSync(config) && (existsSync(metrics) || existsSync(checkpoints));
};

/** Whether a folder has the config of a run, though that may have been stopped before it wrote anything else. */
export async function isBegun(root: string): Promise<boolean> {
  const plan: object = await readRunConfig(root).catch(() => ({}));
  return ['langevin', 'options', 'data'].every((name) => Object.hasOwn(plan, name));
}

/** The settings a run was started with. */
export async function readRunConfig(root: string): Promise<Readonly<Record<string, unknown>>> {
  const { config } = runFolder(root);
  if (!existsSync(config)) {
    throw new ToolkitError('not-found', `There is no run in ${root}: no config.json. Leave out --resume to start one.`);
  }
  try {
    return JSON.parse(await readFile(config, 'utf8')) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new ToolkitError('bad-config', `${config} is not JSON; the run cannot be continued.`, { cause: error });
  }
}

/** Refuses a folder that holds a run already, or a config of something else: nothing is written over. */
export async function requireFresh(root: string): Promise<void> {
  const { config, checkpoints } = runFolder(root);
  if (isRun(root) || (await isBegun(root))) {
    const step = (await checkpointSteps(checkpoints)).at(-1);
    const [where, remedy] =
      step === undefined ? ['without a checkpoint', 'Delete it'] : [`at step ${step}`, 'Continue it with --resume'];
    throw new ToolkitError('run-exists', `${root} holds a run already, ${where}. ${remedy}, or choose another --out.`);
  }
  if (existsSync(config)) {
    throw new ToolkitError('run-exists', `${root} has a config.json that is no run's. Choose another --out.`);
  }
}

/** Refuses to continue what was stopped before its first checkpoint, or has lost them: it would begin anew. */
export async function requireCheckpoint(root: string): Promise<void> {
  const { checkpoints } = runFolder(root);
  if ((await checkpointSteps(checkpoints)).length > 0) return;
  throw new ToolkitError(
    'no-checkpoint',
    `There is no checkpoint in ${checkpoints}, so the run cannot be continued. ` +
      `To start over, delete ${root} and leave out --resume, or choose another --out.`,
  );
}

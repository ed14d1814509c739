import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolkitError } from '../core/errors.js';
import type { HostArray } from '../core/host-array.js';
import { readError, writeDirectoryAtomic, writeFileAtomic, writeJson } from '../files/index.js';
import { readSafetensors, writeSafetensors } from '../nn/index.js';
import type { Stepper } from './stepper.js';

/** What a checkpoint remembers beside its arrays. The random state and the data position follow from seed and step. */
export interface CheckpointState {
  readonly step: number;
  readonly seed: number;
  /** Seconds spent training so far, over all sessions. */
  readonly seconds: number;
  /** Everything the run was started with; a resumed run must agree. */
  readonly config: Readonly<Record<string, unknown>>;
}

const stateFile = 'state.json';
const folderName = (step: number): string => `step-${String(step).padStart(9, '0')}`;
const pattern = /^step-(\d{9,})$/;

/**
 * Writes everything a stepper holds to `root/step-…`, whole or not at all, then deletes all but the newest `keep`.
 * Returns the folder.
 */
export async function saveCheckpoint(
  root: string,
  stepper: Stepper,
  { keep, ...state }: Omit<CheckpointState, 'step'> & { readonly keep: number },
): Promise<string> {
  const path = join(root, folderName(stepper.steps));
  await writeDirectoryAtomic(path, async (directory) => {
    for (const kind of stepper.kinds) {
      await writeFileAtomic(join(directory, `${kind}.safetensors`), writeSafetensors(stepper.read(kind)));
    }
    await writeJson(join(directory, stateFile), { step: stepper.steps, kinds: stepper.kinds, ...state });
  });
  for (const step of (await checkpointSteps(root)).slice(0, -keep)) {
    await rm(join(root, folderName(step)), { recursive: true, force: true });
  }
  return path;
}

/** Steps of the checkpoints in a folder, oldest first. */
export async function checkpointSteps(root: string): Promise<readonly number[]> {
  const names = await readdir(root).catch(() => []);
  const steps = names.flatMap((name) => {
    const match = pattern.exec(name);
    return match ? [Number(match[1])] : [];
  });
  return steps.sort((a, b) => a - b);
}

/** The newest checkpoint's folder and state, or null where there is none. */
export async function latestCheckpoint(root: string): Promise<(CheckpointState & { readonly path: string }) | null> {
  const step = (await checkpointSteps(root)).at(-1);
  if (step === undefined) return null;
  const path = join(root, folderName(step));
  const text = await readFile(join(path, stateFile), 'utf8').catch((error) => {
    throw readError(join(path, stateFile), error);
  });
  return { ...(JSON.parse(text) as CheckpointState), path };
}

/** Puts a checkpoint back into a stepper of the same network and optimiser. */
export async function restoreCheckpoint(path: string, stepper: Stepper): Promise<void> {
  for (const kind of stepper.kinds) {
    const file = join(path, `${kind}.safetensors`);
    const bytes = await readFile(file).catch((error) => {
      throw readError(file, error);
    });
    stepper.write(kind, readSafetensors(bytes, { name: file }).tensors as ReadonlyMap<string, HostArray<'float32'>>);
  }
  const state = JSON.parse(await readFile(join(path, stateFile), 'utf8')) as CheckpointState;
  if (!Number.isInteger(state.step)) throw new ToolkitError('bad-state', `${join(path, stateFile)} names no step.`);
  stepper.setSteps(state.step);
}

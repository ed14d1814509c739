import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { show, ToolkitError } from '../core/errors.js';
import type { HostArray } from '../core/host-array.js';
import { isFiniteValue } from '../core/values.js';
import { writeDirectoryAtomic, writeFileAtomic, writeJson } from '../files/index.js';
import { readBytes } from '../files/read-bytes.js';
import { readSafetensors, type TensorMap, writeSafetensors } from '../nn/index.js';
import type { Stepper } from './stepper.js';

/** What a checkpoint remembers beside its arrays. The random state and the data position follow from seed and step. */
export interface CheckpointState {
  readonly step: number;
  readonly seed: number;
  /** Seconds spent training so far, over all sessions. */
  readonly seconds: number;
  /** Loss and gradient norm of the steps whose mean is not written down yet; absent in older checkpoints. */
  readonly unlogged?: readonly { readonly loss: number; readonly norm: number }[];
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
  const kept = (await checkpointSteps(root)).slice(-keep);
  for (const step of await folderSteps(root)) {
    if (!kept.includes(step)) await rm(join(root, folderName(step)), { recursive: true, force: true });
  }
  return path;
}

/** Steps of the complete checkpoints in a folder, oldest first. The state is written last and deleted with the rest. */
export async function checkpointSteps(root: string): Promise<readonly number[]> {
  const steps = await folderSteps(root);
  const complete = steps.map((step) => stat(join(root, folderName(step), stateFile)).catch(() => null));
  const found = await Promise.all(complete);
  return steps.filter((_, i) => found[i]?.isFile());
}

async function folderSteps(root: string): Promise<readonly number[]> {
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
  return { ...(await readState(path)), path };
}

/** The checkpoint that a run goes on from, and those that could not be read. */
export interface RestoredCheckpoint {
  readonly state: CheckpointState & { readonly path: string };
  /** Newer ones, newest first: where they were set aside, and what is wrong with them. */
  readonly damaged: readonly { readonly path: string; readonly aside: string; readonly reason: string }[];
}

/**
 * Puts the newest checkpoint that can be read, and whose numbers are finite, back into a stepper; null where there is
 * none at all. Others are set aside as `damaged-step-…`, so that rotation does not keep them in the place of good ones.
 * Where all are damaged nothing is moved, and what is wrong with the newest is thrown.
 */
export async function restoreLatest(root: string, stepper: Stepper): Promise<RestoredCheckpoint | null> {
  const broken: { readonly path: string; readonly error: ToolkitError }[] = [];
  for (const step of [...(await checkpointSteps(root))].reverse()) {
    const path = join(root, folderName(step));
    try {
      const state = await readState(path);
      await restoreCheckpoint(path, stepper, { finite: true });
      const damaged = await Promise.all(broken.map(({ path, error }) => setAside(path, error.message)));
      return { state: { ...state, path }, damaged };
    } catch (error) {
      if (!(error instanceof ToolkitError)) throw error;
      broken.push({ path, error });
    }
  }
  if (broken.length === 0) return null;
  const { code, message } = broken[0]!.error;
  const which = broken.length === 1 ? 'The only checkpoint' : `None of the ${broken.length} checkpoints`;
  const state = broken.length === 1 ? 'cannot be gone on from' : 'can be gone on from';
  throw new ToolkitError(code, `${which} in ${root} ${state}. ${message}`, { cause: broken[0]!.error });
}

async function setAside(path: string, reason: string): Promise<RestoredCheckpoint['damaged'][number]> {
  const aside = join(dirname(path), `damaged-${basename(path)}`);
  await rm(aside, { recursive: true, force: true });
  await rename(path, aside);
  return { path, aside, reason };
}

/**
 * Puts a checkpoint back into a stepper of the same network and optimiser. A damaged file changes nothing, nor does, with
 * `finite`, one with a number in it that is none.
 */
export async function restoreCheckpoint(
  path: string,
  stepper: Stepper,
  { finite = false }: { readonly finite?: boolean } = {},
): Promise<void> {
  const { step } = await readState(path);
  const stored = new Map<string, TensorMap>();
  for (const kind of stepper.kinds) {
    const file = join(path, `${kind}.safetensors`);
    const { tensors } = readSafetensors(await readBytes(file), { name: file });
    if (finite) requireFinite(file, tensors);
    stored.set(kind, tensors);
  }
  for (const [kind, values] of stored) stepper.write(kind, values as ReadonlyMap<string, HostArray<'float32'>>);
  stepper.setSteps(step);
}

function requireFinite(file: string, tensors: TensorMap): void {
  const [wild] = [...tensors].find(([, array]) => !isFiniteValue(array)) ?? [];
  if (wild === undefined) return;
  throw new ToolkitError(
    'bad-state',
    `${file}: "${wild}" has numbers that are infinite or none, as after too high a rate.`,
  );
}

async function readState(path: string): Promise<CheckpointState> {
  const file = join(path, stateFile);
  const text = (await readBytes(file)).toString();
  const state = parsed(text) as Partial<CheckpointState> | null;
  const whole = Number.isSafeInteger(state?.step) && Number.isSafeInteger(state?.seed);
  if (whole && Number.isFinite(state?.seconds) && typeof state?.config === 'object') return state as CheckpointState;
  throw new ToolkitError(
    'bad-state',
    `${file} is not the state of a checkpoint; it begins with ${show(text.slice(0, 40))}.`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // said by the caller
  }
}

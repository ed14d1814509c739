import { show, ToolkitError } from '../../core/errors.js';
import type { HostArray } from '../../core/host-array.js';
import { writeFileAtomic } from '../../files/atomic.js';
import { readBytes } from '../../files/read-bytes.js';
import { readSafetensors, writeSafetensors } from '../../nn/index.js';
import {
  type Condition,
  type DiffusionModel,
  type Guiding,
  type Inversions,
  inversionLevels,
} from '../../pipelines/index.js';
import type { OpenGuiding } from '../sample/open-guiding.js';
import type { PathGuidance } from './path-guidance.js';

type Batch = HostArray<'float32'>;

/** Names of the tensors: x at the first level, and the noise map of each step. */
const startName = 'start';
const noiseName = (step: number): string => `noise.${String(step).padStart(4, '0')}`;

/** What a file of noise says beside its numbers. */
export interface NoiseFacts {
  readonly plan: Inversions['plan'];
  readonly labels: readonly (number | null)[] | null;
  /** The classes of each picture, where some are composed or weighted. */
  readonly conditions?: readonly (readonly Condition[])[];
  /** Guidance as it was settled. */
  readonly guidance: number | Guiding;
  /** The options of guidance that were given, for the way back. */
  readonly asked?: PathGuidance;
  /** Other networks that guidance asks. */
  readonly guidedBy?: OpenGuiding['files'];
  /** SHA-256 of the weights it was found with. */
  readonly weights: string;
}

/** Writes noise, noise maps and facts as safetensors; the facts are JSON in its metadata. */
export async function writeNoise(path: string, found: Inversions, facts: NoiseFacts): Promise<void> {
  const tensors = new Map<string, Batch>([[startName, found.start]]);
  for (const [step, noise] of (found.recorded ?? []).entries()) tensors.set(noiseName(step), noise);
  await writeFileAtomic(
    path,
    writeSafetensors(tensors, { metadata: { format: 'pt', langevin: JSON.stringify(facts) } }),
  );
}

/** Reads what `writeNoise` wrote, for the model that is to walk back. */
export async function readNoise(
  path: string,
  model: DiffusionModel,
): Promise<{ readonly found: Inversions; readonly facts: NoiseFacts }> {
  const bytes = await readBytes(path);
  const { tensors, metadata } = read(bytes, path);
  const start = tensors.get(startName) as Batch | undefined;
  const facts = factsOf(metadata['langevin']);
  if (!start || !facts) {
    throw new ToolkitError(
      'bad-noise',
      `${path} holds no inversion: it has the tensors ${show([...tensors.keys()])}. Write one with langevin invert PICTURE -o noise.safetensors.`,
    );
  }
  const recorded = [...tensors.keys()].filter((name) => name !== startName).sort();
  const found: Inversions = {
    plan: facts.plan,
    start,
    levels: inversionLevels(model, facts.plan),
    recorded: recorded.length > 0 ? recorded.map((name) => tensors.get(name) as Batch) : null,
    solved: null,
  };
  return { found, facts };
}

/** The tensors and the metadata; pictures and other files are told apart from broken ones. */
function read(bytes: Uint8Array, name: string): ReturnType<typeof readSafetensors> {
  try {
    return readSafetensors(bytes, { name });
  } catch (error) {
    throw new ToolkitError(
      'bad-noise',
      `${name} is not a file of noise. Write one with langevin invert PICTURE -o noise.safetensors.`,
      { cause: error },
    );
  }
}

function factsOf(text: string | undefined): NoiseFacts | null {
  try {
    const facts = JSON.parse(text ?? 'null') as NoiseFacts | null;
    return facts?.plan?.inversion ? facts : null;
  } catch {
    return null;
  }
}

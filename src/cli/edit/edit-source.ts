import { existsSync } from 'node:fs';

import { show } from '../../core/errors.js';
import { floats, type HostArray } from '../../core/host-array.js';
import { key } from '../../core/random.js';
import { batchSpace } from '../../core/space.js';
import { decodeImage, isDeeperThanBytes } from '../../files/image.js';
import { fromBatch, type Picture, toArray } from '../../files/picture.js';
import { readBytes, sha256 } from '../../files/read-bytes.js';
import { resize } from '../../files/resize.js';
import { type DiffusionModel, type GuidingModels, generateAll, pictureShape } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { assemble, startingNoise } from '../../sampling/index.js';
import { usageError } from '../parse.js';
import { sampleOptions } from '../sample/sample-options.js';
import type { Sampling } from '../sample/settle-sampling.js';
import type { Size } from './define-edit-kind.js';

export interface Source {
  readonly path: string;
  readonly sha256: string;
  /** With the channels the file has. */
  readonly picture: Picture;
  /** With the channels of the model, on white where it is transparent. */
  readonly plain: Picture;
  /** Whether the file says more than the bytes of `picture`: 16 bits a channel. */
  readonly isDeep: boolean;
  /** The noise that makes it, [1, C, H, W], where it was drawn for this edit. */
  readonly latent: HostArray<'float32'> | null;
}

export interface SourceOptions {
  readonly model: DiffusionModel;
  readonly runtime: Runtime;
  readonly sampling: Sampling;
  readonly guiding: GuidingModels;
  readonly signal: AbortSignal;
}

/** The picture of a file, or of the model itself: `seed:7` is what it draws first from that seed. */
export async function openSource(path: string, options: SourceOptions): Promise<Source> {
  const seed = seedOf(path);
  return seed === null ? readSource(path, options.model) : drawSource(seed, options);
}

/** The number behind `seed:`; null where a file is named. */
function seedOf(path: string): number | null {
  const [, digits] = /^seed:(.*)$/s.exec(path) ?? [];
  if (digits === undefined) return null;
  if (/^\d+$/.test(digits) && Number(digits) <= sampleOptions.seed.max) return Number(digits);
  if (existsSync(path)) return null;
  throw usageError(
    `seed: needs a whole number from 0 behind it, as in seed:7, got ${show(path)}. Name one, or a picture file.`,
  );
}

async function drawSource(seed: number, { model, runtime, sampling, guiding, signal }: SourceOptions): Promise<Source> {
  const { labels, guidance, steps: count, scheme } = sampling;
  const shared = { model, runtime, scheme, steps: count, seed, guidance: ofFirst(guidance), signal, ...guiding };
  const made = await generateAll({ ...shared, count: 1, ...(labels && { labels: labels.slice(0, 1) }) });
  const parts = assemble({ ...model.scheme, ...scheme });
  const start = { like: made, space: batchSpace(), key: key(seed), scale: parts.startScale };
  const picture = fromBatch(made)[0]!;
  return {
    path: `seed:${seed}`,
    sha256: sha256(picture.data),
    ...{ picture, plain: picture, isDeep: false, latent: startingNoise({ ...start, steps: parts.steps(count) }) },
  };
}

/** Guidance of several pictures as that of the first alone. */
function ofFirst(guidance: Sampling['guidance']): Sampling['guidance'] {
  if (typeof guidance === 'number') return guidance;
  const { composed, towards } = guidance;
  return {
    ...guidance,
    ...(composed && { composed: composed.slice(0, 1) }),
    ...(towards && { towards: towards.slice(0, 1) }),
  };
}

/** Reads a picture and says which it is, so that a recipe can ask for it again. */
export async function readSource(path: string, model: DiffusionModel): Promise<Source> {
  const bytes = await readBytes(path);
  const [channels] = pictureShape(model);
  return {
    path,
    sha256: sha256(bytes),
    picture: await decodeImage(bytes, { name: path }),
    plain: await decodeImage(bytes, { name: path, channels: channels as 1 | 3 | 4 }),
    isDeep: await isDeeperThanBytes(bytes),
    latent: null,
  };
}

/** Copies of a picture as the model takes them, [N, C, H, W]. */
export async function copiesOf({ plain }: Source, size: Size, count: number): Promise<HostArray<'float32'>> {
  const { shape, data } = toArray(await resize(plain, size));
  return repeated(floats([1, ...shape], data), count);
}

/** A row [1, …] as many times. */
export function repeated({ shape, data }: HostArray<'float32'>, count: number): HostArray<'float32'> {
  const all = floats([count, ...shape.slice(1)]);
  for (let i = 0; i < count; i++) all.data.set(data, i * data.length);
  return all;
}

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { floats, type HostArray } from '../../core/host-array.js';
import { readError } from '../../files/errors.js';
import { decodeImage } from '../../files/image.js';
import { type Picture, toArray } from '../../files/picture.js';
import { resize } from '../../files/resize.js';
import { type DiffusionModel, pictureShape } from '../../pipelines/index.js';
import type { Size } from './define-edit-kind.js';

export interface Source {
  readonly path: string;
  readonly sha256: string;
  /** With the channels the file has. */
  readonly picture: Picture;
  /** With the channels of the model, on white where it is transparent. */
  readonly plain: Picture;
}

/** Reads a picture and says which it is, so that a recipe can ask for it again. */
export async function readSource(path: string, model: DiffusionModel): Promise<Source> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw readError(path, error);
  });
  const [channels] = pictureShape(model);
  return {
    path,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    picture: await decodeImage(bytes, { name: path }),
    plain: await decodeImage(bytes, { name: path, channels: channels as 1 | 3 | 4 }),
  };
}

/** Copies of a picture as the model takes them, [N, C, H, W]. */
export async function copiesOf({ plain }: Source, size: Size, count: number): Promise<HostArray<'float32'>> {
  const { shape, data } = toArray(await resize(plain, size));
  const all = floats([count, ...shape]);
  for (let i = 0; i < count; i++) all.data.set(data, i * data.length);
  return all;
}

import { join } from 'node:path';
import { ToolkitError } from '../../core/errors.js';
import { grid } from '../../files/grid.js';
import { readImage } from '../../files/image.js';
import { enlarge, fromBatch, type Picture } from '../../files/picture.js';
import { isPointModel, pictureShape } from '../../pipelines/index.js';
import { openRuntime } from '../runtime.js';
import { drawSamples } from '../sample/draw-samples.js';
import { writePoints } from '../sample/point-outputs.js';
import { columnsOf, type Sampling, scaleOf } from '../sample/settle-sampling.js';
import { type Told, tellModel } from '../sample/told.js';
import type { ReplayJob, Runner } from './runner.js';
import { sameGuiding } from './same-guiding.js';

/** Draws samples again: their recipe is what decided them, and the size of the picture says how they were laid out. */
export const againSample: Runner = async ({ recipe, picture, folder, globals, find, out, signal, ...job }) => {
  const { told, ...sampling } = recipe as unknown as Sampling & { readonly told?: Told };
  const image = told?.conditionImage;
  const { model } = await tellModel(job.model, {
    attributes: told?.attributes ?? null,
    conditionImage: image ? await find(image) : null,
  });
  const { count, seed, labels, guidance, guidedBy, steps, scheme, random, batch } = sampling;
  const { pictures } = await drawSamples({
    sampling: { count, seed, labels, guidance, ...(guidedBy && { guidedBy }), steps, scheme, random, batch },
    ...{ model, runtime: openRuntime(globals), guiding: await sameGuiding(guidedBy, out), keep: null, out, signal },
  });
  if (isPointModel(model)) {
    const file = join(folder, 'points.png');
    await writePoints({ out: file, kind: 'grid', pictures, frames: [], recipe, labels, classes: model.classes });
    return [await readImage(file, { channels: picture.channels as 1 | 3 | 4 })];
  }
  const [, height, width] = pictureShape(model);
  if (recipe.index !== undefined) {
    return [enlarge(fromBatch(pictures)[recipe.index]!, Math.max(1, Math.round(picture.width / width)))];
  }
  const layout = layoutOf({
    picture,
    width,
    height,
    count,
    first: { columns: columnsOf(sampling), scale: scaleOf(model) },
  });
  return [grid(pictures, layout)];
};

interface Layout {
  readonly columns: number;
  readonly scale: number;
}

interface LayoutOptions {
  readonly picture: Picture;
  /** Of one sample. */
  readonly width: number;
  readonly height: number;
  readonly count: number;
  /** What is tried first: the usual one. */
  readonly first: Layout;
}

/** The columns and the scale of a grid, out of its size. */
export function layoutOf({ picture, width, height, count, first }: LayoutOptions): Layout {
  const padding = 2;
  const fits = ({ columns, scale }: Layout): boolean => {
    const across = Math.min(columns, count);
    const down = Math.ceil(count / across);
    const side = (tiles: number, size: number): number => tiles * (size * scale + padding) + padding;
    return side(across, width) === picture.width && side(down, height) === picture.height;
  };
  const scales = Array.from({ length: 64 }, (_, i) => i + 1);
  const all = scales.flatMap((scale) => Array.from({ length: count }, (_, i) => ({ columns: i + 1, scale })));
  const found = [first, ...all].find(fits);
  if (found) return found;
  throw new ToolkitError(
    'no-recipe',
    `replay: no grid of ${count} samples of ${width} × ${height} is ${picture.width} × ${picture.height} pixels large. ` +
      'The picture was changed after it was made.',
  );
}

import { join } from 'node:path';
import { ToolkitError } from '../../core/errors.js';
import type { Picture } from '../../files/picture.js';
import { readBytes } from '../../files/read-bytes.js';
import { isPointModel, pictureShape } from '../../pipelines/index.js';
import { openRuntime } from '../runtime.js';
import { drawSamples } from '../sample/draw-samples.js';
import { numberedFile, type OutputKind, writeSamples } from '../sample/outputs.js';
import { writePoints } from '../sample/point-outputs.js';
import { columnsOf, type Sampling, scaleOf } from '../sample/settle-sampling.js';
import { type Told, tellModel } from '../sample/told.js';
import type { Runner } from './runner.js';
import { sameGuiding } from './same-guiding.js';

/** Draws samples again: their recipe is what decided them, and the size of the picture says how they were laid out. */
export const againSample: Runner = async ({ recipe, picture, moves, folder, globals, find, out, signal, ...job }) => {
  const { told, ...sampling } = recipe as unknown as Sampling & Extras;
  const image = told?.conditionImage;
  const { model } = await tellModel(job.model, {
    attributes: told?.attributes ?? null,
    conditionImage: image ? await find(image) : null,
  });
  const { count, seed, labels, guidance, guidedBy, steps, scheme, random, batch } = sampling;
  const { pictures, frames } = await drawSamples({
    sampling: { count, seed, labels, guidance, ...(guidedBy && { guidedBy }), steps, scheme, random, batch },
    ...{ model, runtime: openRuntime(globals), guiding: await sameGuiding(guidedBy, out) },
    ...{ keep: moves ? (sampling.show ?? 'noisy') : null, out, signal },
  });
  const kind: OutputKind = moves ? 'animation' : recipe.index === undefined ? 'grid' : 'files';
  const file = join(folder, kind === 'files' ? 'again/' : `again.${moves ? 'gif' : 'png'}`);
  const results = { out: file, kind, pictures, frames, recipe };
  if (isPointModel(model)) await writePoints({ ...results, labels, classes: model.classes });
  else {
    const [, height, width] = pictureShape(model);
    const layout =
      kind === 'files'
        ? { columns: 1, scale: Math.max(1, Math.round(picture.width / width)) }
        : layoutOf({
            ...{ picture, width, height, count },
            first: { columns: columnsOf(sampling), scale: scaleOf(model) },
          });
    await writeSamples({ ...results, ...layout });
  }
  return [await readBytes(kind === 'files' ? numberedFile(file, recipe.index!) : file)];
};

/** What the recipe of samples says beside how they were drawn. */
interface Extras {
  readonly told?: Told;
  /** What the frames of a GIF show. */
  readonly show?: 'noisy' | 'expected';
}

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

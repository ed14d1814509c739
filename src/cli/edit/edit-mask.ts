import { existsSync } from 'node:fs';
import { show, ToolkitError } from '../../core/errors.js';
import { floats, type HostArray } from '../../core/host-array.js';
import { readImage } from '../../files/image.js';
import { boxMask, circleMask, featheredMask, invertedMask, isEmptyMask } from '../../sampling/index.js';
import { usageError } from '../parse.js';
import type { EditOptions, Size } from './define-edit-kind.js';

type Mask = HostArray<'float32'>;

/** The mask [H, W] that the options ask for, in the size of the picture; null where there is none. It may be empty. */
export async function readMask(
  { mask: given, invertMask, feather }: Pick<EditOptions, 'mask' | 'invertMask' | 'feather'>,
  size: Size,
): Promise<Mask | null> {
  if (given === null) {
    if (invertMask || feather > 0) {
      throw usageError(`edit: ${invertMask ? '--invert-mask' : '--feather'} is for a mask. Name one with --mask.`);
    }
    return null;
  }
  const drawn = await shapeOf(given, size);
  const mask = invertMask ? invertedMask(drawn) : drawn;
  return feather > 0 && !isEmptyMask(mask) ? featheredMask({ mask, radius: feather }) : mask;
}

/** Whether `--mask` names a file, and no shape. */
export const isMaskFile = (given: string): boolean => !/^(box|circle):/.test(given);

async function shapeOf(given: string, size: Size): Promise<Mask> {
  const box = numbersOf(given, 'box', ['X', 'Y', 'W', 'H']);
  if (box) {
    const mask = boxMask({ ...size, box: box as [number, number, number, number] });
    return covering(given, mask, 'box that lies in it, at least a pixel wide and high');
  }
  const circle = numbersOf(given, 'circle', ['X', 'Y', 'R']);
  if (circle) {
    const mask = circleMask({ ...size, circle: circle as [number, number, number] });
    return covering(given, mask, 'circle that lies in it, of a radius of at least a pixel');
  }
  if (/^[a-z]+:/.test(given) && !existsSync(given)) {
    throw usageError(
      `edit: --mask takes box:X,Y,W,H, circle:X,Y,R or a picture file, got ${show(given)}, which is none of them.`,
    );
  }
  return readMaskFile(given, size);
}

/** A drawn mask; one without a single pixel is a slip, whatever is done with it. */
function covering(given: string, mask: Mask, wanted: string): Mask {
  if (!isEmptyMask(mask)) return mask;
  const [height = 0, width = 0] = mask.shape;
  throw usageError(
    `edit: --mask ${show(given)} covers no pixel of the picture, which is ${width} × ${height}. Take a ${wanted}.`,
  );
}

/** The numbers behind `box:`; null where the text is something else. */
function numbersOf(given: string, name: string, words: readonly string[]): readonly number[] | null {
  if (!given.startsWith(`${name}:`)) return null;
  const parts = given.slice(name.length + 1).split(',');
  const numbers = parts.map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (numbers.length === words.length && numbers.every(Number.isFinite)) return numbers;
  throw usageError(`edit: --mask ${name} takes ${name}:${words.join(',')} in pixels, got ${show(given)}.`);
}

/** Opaque where the picture has transparency, else light: what may change. */
async function readMaskFile(path: string, { width, height }: Size): Promise<Mask> {
  const { width: w, height: h, channels, data } = await readImage(path);
  if (w !== width || h !== height) {
    throw new ToolkitError(
      'bad-mask',
      `edit: the mask ${path} is ${w} × ${h} pixels and the picture ${width} × ${height}. Draw it in the size of the picture.`,
    );
  }
  const mask = floats([height, width]);
  for (let i = 0; i < mask.data.length; i++) {
    const at = i * channels;
    const luma = channels >= 3 ? 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]! : data[at]!;
    const byte = channels % 2 === 0 ? data[at + channels - 1]! : luma;
    mask.data[i] = Math.min(1, Math.round(byte) / 255);
  }
  return mask;
}

/** A mask at the size the model works at: a pixel may change where any pixel it stands for may. */
export function sizedMask(mask: Mask, { width, height }: Size): Mask {
  const [h = 0, w = 0] = mask.shape;
  if (w === width && h === height) return mask;
  const out = floats([height, width]);
  for (let i = 0; i < out.data.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const [x1, y1] = [Math.ceil(((x + 1) * w) / width), Math.ceil(((y + 1) * h) / height)];
    for (let v = Math.floor((y * h) / height); v < y1; v++) {
      for (let u = Math.floor((x * w) / width); u < x1; u++) {
        if (mask.data[v * w + u]! > 0) out.data[i] = 1;
      }
    }
  }
  return out;
}

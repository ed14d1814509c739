import { ToolkitError } from '../../core/errors.js';
import type { Picture } from '../../files/picture.js';
import { rasterise } from '../../files/raster.js';
import { readBytes } from '../../files/read-bytes.js';
import { definePointSet } from './point-set.js';

/** Pixels of the longer side: fine enough that points show no grid. */
const resolution = 768;

/**
 * The ink of any SVG drawing, filled evenly: a pixel is chosen by how much of it is covered, a point inside it at
 * random. Where nothing is transparent the darkness counts as ink.
 */
export const svg = definePointSet({
  name: 'svg',
  summary: 'The ink of an SVG drawing of your own.',
  usage: 'svg:FILE',
  argument: '',
  noise: 0,
  source: (file) => ({ name: file, author: 'unknown', license: 'unknown', url: null }),
  async prepare(file) {
    if (file === '') throw new ToolkitError('bad-option', '2d:svg needs a drawing: 2d:svg:FILE.');
    const bytes = await readBytes(file);
    if (bytes.length === 0) throw new ToolkitError('bad-image', `${file} is empty (0 bytes).`);
    const picture = await rasterise(bytes, { longest: resolution, background: null, name: file });
    const ink = inkOf(picture);
    const box = boxOf(ink, picture);
    if (!box) throw new ToolkitError('bad-image', `${file} shows nothing: there is no ink in it to draw points from.`);
    const ends = Float64Array.from(ink);
    for (let i = 1; i < ends.length; i++) ends[i]! += ends[i - 1]!;
    const scale = 1.8 / Math.max(box.right - box.left, box.bottom - box.top);
    return {
      classes: null,
      draw: ([u = 0, v = 0, w = 0]) => {
        const pixel = firstAbove(ends, u * ends[ends.length - 1]!);
        const [column, row] = [pixel % picture.width, Math.floor(pixel / picture.width)];
        return {
          x: (column + v - (box.left + box.right) / 2) * scale,
          y: ((box.top + box.bottom) / 2 - row - w) * scale, // rows count downwards
          label: -1,
        };
      },
    };
  },
});

/** How much ink is in each pixel, 0 to 1. */
function inkOf({ width, height, data }: Picture): Float64Array {
  const alpha = Float64Array.from({ length: width * height }, (_, i) => data[4 * i + 3]! / 255);
  if (alpha.some((a) => a < 0.5)) return alpha;
  return alpha.map(
    (a, i) => a * (1 - (0.299 * data[4 * i]! + 0.587 * data[4 * i + 1]! + 0.114 * data[4 * i + 2]!) / 255),
  );
}

/** The smallest box around the ink, in pixels; null where there is none. */
function boxOf(ink: Float64Array, { width, height }: Picture) {
  let [left, right, top, bottom] = [width, 0, height, 0];
  for (const [i, amount] of ink.entries()) {
    if (amount < 0.02) {
      ink[i] = 0;
      continue;
    }
    const [column, row] = [i % width, Math.floor(i / width)];
    left = Math.min(left, column);
    right = Math.max(right, column + 1);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
  }
  return right > left ? { left, right, top, bottom } : null;
}

/** The first position of a rising list whose value is above `wanted`. */
function firstAbove(values: Float64Array, wanted: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

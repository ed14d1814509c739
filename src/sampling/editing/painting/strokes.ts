import { show, ToolkitError } from '../../../core/errors.js';
import { floats } from '../../../core/host-array.js';
import type { Batch } from '../batch.js';

export interface StrokesOptions {
  /** Pixels over which detail is wiped away: the half width of the median window. */
  readonly radius?: number;
  /** Colours that are left; 0 leaves all. */
  readonly colours?: number;
}

/**
 * Pictures [B, C, H, W] as if painted with a broad brush: a median over (2·radius + 1)² pixels, then as few colours as
 * told, found by Lloyd's rule from a start spread over the brightness. Meng et al. 2021, arXiv:2108.01073, Appendix
 * C.2, make stroke pictures of photographs in this way.
 *
 * @example
 * import { floats } from 'langevin/core';
 * import { strokes } from 'langevin/sampling';
 * strokes(floats([1, 1, 1, 4], [0, 0.25, 0.75, 1]), { radius: 0, colours: 2 }).data; // → Float32Array.of(0.125, 0.125, 0.875, 0.875)
 */
export function strokes(pictures: Batch, { radius = 2, colours = 6 }: StrokesOptions = {}): Batch {
  if (pictures.shape.length !== 4) {
    throw new ToolkitError(
      'shape-mismatch',
      `strokes: pictures [B, C, H, W] are needed, got shape ${show(pictures.shape)}.`,
    );
  }
  const smooth = radius === 0 ? pictures : medianOf(pictures, radius);
  return colours === 0 ? smooth : quantised(smooth, colours);
}

function medianOf({ shape, data }: Batch, radius: number): Batch {
  const [height = 0, width = 0] = shape.slice(2);
  const out = floats(shape);
  const seen: number[] = [];
  for (let i = 0; i < data.length; i++) {
    const [x, row] = [i % width, Math.floor(i / width)];
    const [y, top] = [row % height, row - (row % height)];
    seen.length = 0;
    for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++) {
      for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++) {
        seen.push(data[(top + v) * width + u]!);
      }
    }
    seen.sort((a, b) => a - b);
    const half = seen.length >> 1;
    out.data[i] = seen.length % 2 === 1 ? seen[half]! : (seen[half - 1]! + seen[half]!) / 2;
  }
  return out;
}

/** Every picture in its own few colours, each the mean of the pixels that are nearest to it. */
function quantised({ shape, data }: Batch, count: number): Batch {
  const [batch = 0, channels = 0] = shape;
  const plane = (shape[2] ?? 0) * (shape[3] ?? 0);
  const out = floats(shape);
  for (let b = 0; b < batch; b++) {
    const at = (c: number, i: number): number => (b * channels + c) * plane + i;
    const pixels = Array.from({ length: plane }, (_, i) => Array.from({ length: channels }, (_, c) => data[at(c, i)]!));
    const bright = (pixel: readonly number[]): number => pixel.reduce((sum, value) => sum + value, 0);
    const sorted = [...pixels].sort((p, q) => bright(p) - bright(q));
    let centres = Array.from({ length: count }, (_, k) => sorted[Math.floor(((k + 0.5) * plane) / count)]!);
    let nearest: number[] = [];
    for (let round = 0; round < 12; round++) {
      nearest = pixels.map((pixel) => nearestOf(pixel, centres));
      centres = centres.map((centre, k) => {
        const own = pixels.filter((_, i) => nearest[i] === k);
        return own.length === 0 ? centre : centre.map((_, c) => own.reduce((sum, p) => sum + p[c]!, 0) / own.length);
      });
    }
    for (let i = 0; i < plane; i++) {
      for (let c = 0; c < channels; c++) out.data[at(c, i)] = centres[nearest[i]!]![c]!;
    }
  }
  return out;
}

function nearestOf(pixel: readonly number[], centres: readonly (readonly number[])[]): number {
  const far = centres.map((centre) => centre.reduce((sum, value, c) => sum + (value - pixel[c]!) ** 2, 0));
  return far.indexOf(Math.min(...far));
}

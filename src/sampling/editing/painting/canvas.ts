import { show, ToolkitError } from '../../../core/errors.js';
import { floats } from '../../../core/host-array.js';
import type { Batch } from '../batch.js';

export interface Margins {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface ExtendedOptions extends Margins {
  /** What the new pixels are: those of the nearest border, or a number. */
  readonly fill: 'border' | number;
}

/**
 * Pictures [B, C, H, W] on a larger canvas.
 *
 * @example
 * import { floats } from 'langevin/core';
 * import { extended } from 'langevin/sampling';
 * const picture = floats([1, 1, 1, 2], [3, 4]);
 * extended(picture, { left: 1, right: 2, top: 0, bottom: 0, fill: 'border' }).data; // → Float32Array.of(3, 3, 4, 4, 4)
 */
export function extended(pictures: Batch, { left, right, top, bottom, fill }: ExtendedOptions): Batch {
  if (pictures.shape.length !== 4) {
    throw new ToolkitError(
      'shape-mismatch',
      `extended: pictures [B, C, H, W] are needed, got ${show(pictures.shape)}.`,
    );
  }
  const [batch = 0, channels = 0, height = 0, width = 0] = pictures.shape;
  const [h, w] = [top + height + bottom, left + width + right];
  const out = floats([batch, channels, h, w]);
  const clamp = (i: number, length: number): number => Math.max(0, Math.min(length - 1, i));
  for (let i = 0; i < out.data.length; i++) {
    const [x, row] = [(i % w) - left, Math.floor(i / w)];
    const [y, plane] = [(row % h) - top, Math.floor(row / h)];
    const inside = x >= 0 && x < width && y >= 0 && y < height;
    out.data[i] =
      inside || fill === 'border'
        ? pictures.data[(plane * height + clamp(y, height)) * width + clamp(x, width)]!
        : fill;
  }
  return out;
}

/**
 * Every pixel of [B, C, H, W] as a block of `factor` × `factor`.
 *
 * @example
 * import { floats } from 'langevin/core';
 * import { enlarged } from 'langevin/sampling';
 * enlarged(floats([1, 1, 1, 2], [3, 4]), 2).data; // → Float32Array.of(3, 3, 4, 4, 3, 3, 4, 4)
 */
export function enlarged({ shape, data }: Batch, factor: number): Batch {
  const [batch = 0, channels = 0, height = 0, width = 0] = shape;
  const w = width * factor;
  const out = floats([batch, channels, height * factor, w]);
  for (let i = 0; i < out.data.length; i++) {
    const [x, row] = [Math.floor((i % w) / factor), Math.floor(i / w)];
    out.data[i] = data[Math.floor(row / factor) * width + x]!;
  }
  return out;
}

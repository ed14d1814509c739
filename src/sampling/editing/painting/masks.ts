import { show, ToolkitError } from '../../../core/errors.js';
import { floats } from '../../../core/host-array.js';
import type { Batch } from '../batch.js';

/** A mask [H, W]: 1 where the picture may change, 0 where it must stay, anything between on a soft rim. */
export interface MaskSize {
  readonly width: number;
  readonly height: number;
}

export interface BoxOptions extends MaskSize {
  /** Left, top, width and height in pixels. */
  readonly box: readonly [left: number, top: number, width: number, height: number];
}

/**
 * A rectangle that may change.
 *
 * @example
 * import { boxMask } from 'langevin/sampling';
 * boxMask({ width: 3, height: 2, box: [1, 0, 2, 1] }).data; // → Float32Array.of(0, 1, 1, 0, 0, 0)
 */
export const boxMask = ({ width, height, box: [left, top, w, h] }: BoxOptions): Batch =>
  drawn({ width, height }, (x, y) => x >= left && x < left + w && y >= top && y < top + h);

export interface CircleOptions extends MaskSize {
  /** Centre and radius in pixels; the centre of the first pixel is (0.5, 0.5). */
  readonly circle: readonly [x: number, y: number, radius: number];
}

/** A disc that may change. */
export const circleMask = ({ width, height, circle: [cx, cy, radius] }: CircleOptions): Batch =>
  drawn({ width, height }, (x, y) => Math.hypot(x + 0.5 - cx, y + 0.5 - cy) <= radius);

function drawn({ width, height }: MaskSize, inside: (x: number, y: number) => boolean): Batch {
  const mask = floats([height, width]);
  for (let i = 0; i < mask.data.length; i++) mask.data[i] = inside(i % width, Math.floor(i / width)) ? 1 : 0;
  return mask;
}

/** What may change and what must stay, exchanged. */
export const invertedMask = ({ shape, data }: Batch): Batch =>
  floats(
    shape,
    data.map((m) => 1 - m),
  );

export interface FeatherOptions {
  readonly mask: Batch;
  /** Pixels over which the change fades in. */
  readonly radius: number;
}

/**
 * A soft rim, on the inside alone: pixels that must stay stay.
 *
 *   m′ = m·min(1, d/(radius + 1)),   d = distance to the nearest pixel that must stay
 *
 * @example
 * import { boxMask, featheredMask } from 'langevin/sampling';
 * const mask = boxMask({ width: 5, height: 1, box: [1, 0, 4, 1] });
 * featheredMask({ mask, radius: 1 }).data; // → Float32Array.of(0, 0.5, 1, 1, 1)
 */
export function featheredMask({ mask, radius }: FeatherOptions): Batch {
  if (!(radius >= 0 && radius < Infinity)) {
    throw new ToolkitError('bad-option', `featheredMask: radius must be a number ≥ 0, got ${show(radius)}.`);
  }
  const [height = 0, width = 0] = mask.shape;
  const reach = Math.ceil(radius + 1);
  const distance = (x: number, y: number): number => {
    let least = Infinity;
    for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++) {
      for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
        if (mask.data[v * width + u] === 0) least = Math.min(least, Math.hypot(u - x, v - y));
      }
    }
    return least;
  };
  return floats(
    mask.shape,
    mask.data.map((m, i) => m && m * Math.min(1, distance(i % width, Math.floor(i / width)) / (radius + 1))),
  );
}

/**
 * A mask [H, W] for pictures [B, C, H, W]: the same for every picture and channel.
 *
 * @example
 * import { boxMask, maskFor } from 'langevin/sampling';
 * maskFor(boxMask({ width: 2, height: 1, box: [0, 0, 1, 1] }), [1, 2, 1, 2]).data; // → Float32Array.of(1, 0, 1, 0)
 */
export function maskFor(mask: Batch, shape: readonly number[]): Batch {
  if (mask.shape.join() === shape.join()) return mask;
  const plane = shape.slice(-2);
  if (mask.shape.join() !== plane.join() || shape.length < 2) {
    throw new ToolkitError(
      'bad-mask',
      `The mask is [${mask.shape.join(', ')}] and the pictures are [${shape.join(', ')}]: ` +
        `give a mask of the last two, or of the whole shape.`,
    );
  }
  const size = mask.data.length;
  const out = floats(shape);
  for (let at = 0; at < out.data.length; at += size) out.data.set(mask.data, at);
  return out;
}

/** Whether nothing may change. */
export const isEmptyMask = ({ data }: Batch): boolean => data.every((m) => m === 0);

import { floats, type HostArray } from '../../core/host-array.js';
import { number } from '../../core/options.js';
import { fold, type Key, uniforms } from '../../core/random.js';
import { defineModelCondition, withPresence } from './model-condition.js';

type Batch = HostArray<'float32'>;

/**
 * The picture with a box missing, m ⊙ x, and the mask m: 1 where the picture is seen and 0 in the box. Training draws boxes
 * with sides of a uniform share of the picture anywhere in it. Saharia et al. 2022, "Palette" (arXiv:2111.05826), Section 4.
 */
export const inpaint = defineModelCondition({
  name: 'image:inpaint',
  summary: 'The picture with a box missing.',
  kind: 'image',
  options: {
    least: number({
      default: 0.25,
      min: 0,
      max: 1,
      help: 'Shortest side of a missing box, as a share of the picture.',
    }),
    most: number({ default: 0.75, min: 0, max: 1, help: 'Longest side of a missing box, as a share of the picture.' }),
  },
  settle: ({ channels }) => ({ width: channels + 1, names: null }),
  of: ({ x, key }, _, options) => masked(x, boxes(x.shape, key, options)),
  given: ({ x, opaque }) => masked(x, opaque),
});

/** m ⊙ x beside m; the mask is [B, 1, H, W]. */
export function masked(x: Batch, mask: Batch): Batch {
  const [, channels = 0, height = 0, width = 0] = x.shape;
  const plane = height * width;
  const seen = x.data.map((value, i) => {
    const row = Math.floor(i / (channels * plane));
    return mask.data[row * plane + (i % plane)] === 0 ? 0 : value;
  });
  return withPresence(floats(x.shape, seen), mask);
}

/** Masks with a box of zeros each; row b draws its box from its own stream. */
function boxes(shape: readonly number[], key: Key, range: { readonly least: number; readonly most: number }): Batch {
  const [count = 0, , height = 0, width = 0] = shape;
  const mask = floats([count, 1, height, width], new Float32Array(count * height * width).fill(1));
  for (let b = 0; b < count; b++) {
    const [u0 = 0, u1 = 0, v0 = 0, v1 = 0] = uniforms(fold(key, 'box', b), 4);
    const side = (u: number, length: number): number =>
      Math.min(length, Math.round(length * (range.least + u * Math.max(0, range.most - range.least))));
    const [h, w] = [side(u0, height), side(u1, width)];
    const [top, left] = [Math.floor(v0 * (height - h + 1)), Math.floor(v1 * (width - w + 1))];
    for (let y = top; y < top + h; y++)
      mask.data.fill(0, (b * height + y) * width + left, (b * height + y) * width + left + w);
  }
  return mask;
}

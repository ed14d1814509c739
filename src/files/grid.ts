import { show, ToolkitError } from '../core/errors.js';
import type { HostArray } from '../core/host-array.js';
import { enlarge, fromBatch, type Picture } from './picture.js';

export interface GridOptions {
  /** Pictures in a row; by default the most nearly square arrangement. */
  readonly columns?: number;
  /** Pixels between pictures and around them, after enlarging. */
  readonly padding?: number;
  /** Enlargement by whole pixels. */
  readonly scale?: number;
  /** Grey level of the padding. */
  readonly background?: number;
}

/** Tiles a batch [B, C, H, W] in [−1, 1], or pictures of one size, into one picture, row by row. */
export function grid(
  images: HostArray<'float32'> | readonly Picture[],
  { columns, padding = 2, scale = 1, background = 255 }: GridOptions = {},
): Picture {
  const pictures = ('dtype' in images ? fromBatch(images) : images).map((image) => enlarge(image, scale));
  const first = pictures[0];
  if (!first) throw new ToolkitError('bad-picture', 'grid: there is no picture to show.');
  const across = columns ?? Math.ceil(Math.sqrt(pictures.length));
  if (!(Number.isInteger(across) && across >= 1)) {
    throw new ToolkitError('bad-option', `grid: columns must be an integer ≥ 1, got ${show(columns)}.`);
  }
  const { width: w, height: h, channels } = first;
  const used = Math.min(across, pictures.length);
  const width = used * (w + padding) + padding;
  const height = Math.ceil(pictures.length / used) * (h + padding) + padding;
  const data = new Uint8Array(width * height * channels).fill(background);
  for (const [i, tile] of pictures.entries()) {
    if (tile.width !== w || tile.height !== h || tile.channels !== channels) {
      throw new ToolkitError(
        'bad-picture',
        `grid: picture ${i} is ${sizes(tile)}, expected ${sizes(first)} like the first.`,
      );
    }
    const left = padding + (i % used) * (w + padding);
    const top = padding + Math.floor(i / used) * (h + padding);
    for (let y = 0; y < h; y++) {
      data.set(tile.data.subarray(y * w * channels, (y + 1) * w * channels), ((top + y) * width + left) * channels);
    }
  }
  return { width, height, channels, data };
}

const sizes = ({ width, height, channels }: Picture): string => `${width} × ${height} × ${channels}`;

import { ToolkitError } from '../core/errors.js';
import { grid } from './grid.js';
import { enlarge, type Picture } from './picture.js';

export interface StripOptions {
  /** Pixels between pictures and around them, after enlarging. */
  readonly padding?: number;
  /** Enlargement of the largest picture by whole pixels; smaller ones are brought to its size. */
  readonly scale?: number;
}

/**
 * Pictures beside each other, a row for each list: before and after, or a way in stages. Grey pictures and those with
 * transparency may stand beside others; a smaller picture is enlarged by whole pixels and centred on white.
 */
export function strip(rows: readonly (readonly Picture[])[], { padding = 2, scale = 1 }: StripOptions = {}): Picture {
  const columns = rows[0]?.length ?? 0;
  if (columns === 0 || rows.some((row) => row.length !== columns)) {
    throw new ToolkitError('bad-picture', 'strip: rows of equally many pictures are needed, at least one.');
  }
  const all = rows.flat();
  const [width, height] = [Math.max(...all.map((one) => one.width)), Math.max(...all.map((one) => one.height))];
  const channels = all.some((one) => one.channels % 2 === 0) ? 4 : 3;
  return grid(
    all.map((one) => centred(withChannels(one, channels), { width, height })),
    { columns, padding, scale },
  );
}

/** The same picture with 3 or 4 channels: grey in all colours, opaque where nothing is said. */
export function withChannels(picture: Picture, channels: 3 | 4): Picture {
  const { width, height, channels: own, data } = picture;
  if (own === channels) return picture;
  const out = new Uint8Array(width * height * channels);
  const hasAlpha = own % 2 === 0;
  for (let i = 0; i < width * height; i++) {
    const at = i * own;
    for (let c = 0; c < 3; c++) out[i * channels + c] = data[at + (own >= 3 ? c : 0)]!;
    if (channels === 4) out[i * 4 + 3] = hasAlpha ? data[at + own - 1]! : 255;
  }
  return { width, height, channels, data: out };
}

interface Frame {
  readonly width: number;
  readonly height: number;
}

function centred(picture: Picture, { width, height }: Frame): Picture {
  const factor = Math.max(1, Math.min(Math.floor(width / picture.width), Math.floor(height / picture.height)));
  const large = enlarge(picture, factor);
  if (large.width === width && large.height === height) return large;
  const { channels } = large;
  const data = new Uint8Array(width * height * channels).fill(255);
  const [left, top] = [Math.floor((width - large.width) / 2), Math.floor((height - large.height) / 2)];
  for (let y = 0; y < large.height; y++) {
    const row = large.data.subarray(y * large.width * channels, (y + 1) * large.width * channels);
    data.set(row, ((top + y) * width + left) * channels);
  }
  return { width, height, channels, data };
}

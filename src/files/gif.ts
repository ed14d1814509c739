import sharp from 'sharp';

import { show, ToolkitError } from '../core/errors.js';
import { writeFileAtomic } from './atomic.js';
import { type Picture, picture } from './picture.js';

export interface GifOptions {
  /** Milliseconds a frame is shown; GIF counts in hundredths of a second, and viewers slow down below two. */
  readonly delay?: number;
  /** Milliseconds the last frame is shown before the next round. */
  readonly hold?: number;
  /** Rounds; 0 is for ever. */
  readonly loop?: number;
}

/** Pictures of one size as an animated GIF. */
export async function encodeGif(
  frames: readonly Picture[],
  { delay = 60, hold = 1500, loop = 0 }: GifOptions = {},
): Promise<Uint8Array> {
  const first = frames[0];
  if (!first) throw new ToolkitError('bad-picture', 'encodeGif: there is no frame.');
  for (const [name, value] of Object.entries({ delay, hold, loop })) {
    if (Number.isInteger(value) && value >= 0) continue;
    throw new ToolkitError('bad-option', `encodeGif: ${name} must be an integer ≥ 0, got ${show(value)}.`);
  }
  const { width, height, channels } = picture(first);
  const size = width * height * channels;
  const data = new Uint8Array(frames.length * size); // the frames below each other: one tall picture
  for (const [i, frame] of frames.entries()) {
    if (frame.width !== width || frame.height !== height || frame.channels !== channels) {
      throw new ToolkitError(
        'bad-picture',
        `encodeGif: frame ${i} is ${frame.width} × ${frame.height} × ${frame.channels}, ` +
          `expected ${width} × ${height} × ${channels} like the first.`,
      );
    }
    data.set(frame.data, i * size);
  }
  const raw = { width, height: height * frames.length, channels: channels as 1 | 2 | 3 | 4, pageHeight: height };
  const delays = frames.map((_, i) => (i === frames.length - 1 ? hold : delay));
  // No dithering: frames are small and enlarged, and dither would crawl from frame to frame.
  return sharp(data, { raw, limitInputPixels: false }).gif({ delay: delays, loop, dither: 0 }).toBuffer();
}

/** Writes an animated GIF, whole or not at all. */
export const writeGif = async (path: string, frames: readonly Picture[], options: GifOptions = {}): Promise<void> =>
  writeFileAtomic(path, await encodeGif(frames, options));

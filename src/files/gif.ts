import sharp from 'sharp';

import { show, ToolkitError } from '../core/errors.js';
import { writeFileAtomic } from './atomic.js';
import { type Picture, picture } from './picture.js';
import { recipeKeyword, recipeText } from './recipe-text.js';

export interface GifOptions {
  /** Milliseconds a frame is shown; GIF counts in hundredths of a second, and viewers slow down below two. */
  readonly delay?: number;
  /** Milliseconds the last frame is shown before the next round. */
  readonly hold?: number;
  /** Rounds; 0 is for ever. */
  readonly loop?: number;
  /** How the pictures were made, as JSON: kept in a comment, so that they can be made again. */
  readonly recipe?: unknown;
}

/** Pictures of one size as an animated GIF. The same pictures and recipe give the same bytes. */
export async function encodeGif(
  frames: readonly Picture[],
  { delay = 60, hold = 1500, loop = 0, recipe }: GifOptions = {},
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
  const bytes = await sharp(data, { raw, limitInputPixels: false }).gif({ delay: delays, loop, dither: 0 }).toBuffer();
  return recipe === undefined ? bytes : gifWithRecipe(bytes, recipe);
}

/** Writes an animated GIF, whole or not at all. */
export const writeGif = async (path: string, frames: readonly Picture[], options: GifOptions = {}): Promise<void> =>
  writeFileAtomic(path, await encodeGif(frames, options));

/** The frames of a GIF below each other: one tall picture, to compare two animations by. */
export async function decodeFrames(bytes: Uint8Array): Promise<Picture> {
  const all = sharp(bytes, { animated: true, limitInputPixels: false }).removeAlpha().raw();
  const { data, info } = await all.toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: info.channels, data: new Uint8Array(data) };
}

/** Whether bytes begin as a GIF does. */
export const isGif = (bytes: Uint8Array): boolean => /^GIF8[79]a$/.test(String.fromCharCode(...bytes.subarray(0, 6)));

/** The text of the recipe inside the bytes of a GIF, or null when there is none. `name` is what errors call it. */
export function gifRecipe(bytes: Uint8Array, name: string): string | null {
  const comment = blocksOf(bytes, name).find((block) => isRecipe(block));
  return comment === undefined ? null : comment.text.slice(recipeKeyword.length + 1);
}

/** The same animation with a recipe, in the place of the one it may have: a comment before the end, GIF89a, Section 24. */
export function gifWithRecipe(bytes: Uint8Array, recipe: unknown): Uint8Array {
  const blocks = blocksOf(bytes, 'gifWithRecipe: what was given');
  const [begin, end] = [blocks[0]!.from, blocks.at(-1)!.from];
  const kept = blocks.slice(0, -1).filter((block) => !isRecipe(block));
  const text = Buffer.from(`${recipeKeyword} ${recipeText(recipe)}`, 'latin1');
  const parts = Array.from({ length: Math.ceil(text.length / 255) }, (_, i) => text.subarray(255 * i, 255 * (i + 1)));
  return Buffer.concat([
    bytes.subarray(0, begin),
    ...kept.map(({ from, to }) => bytes.subarray(from, to)),
    Uint8Array.of(introducer, commentLabel),
    ...parts.flatMap((part) => [Uint8Array.of(part.length), part]),
    Uint8Array.of(0),
    bytes.subarray(end),
  ]);
}

const [introducer, commentLabel, separator, trailer] = [0x21, 0xfe, 0x2c, 0x3b];

/** An extension, a frame or the end of a GIF. */
interface Block {
  readonly from: number;
  readonly to: number;
  /** What a comment says; else empty. */
  readonly text: string;
}

const isRecipe = ({ text }: Block): boolean => text.startsWith(`${recipeKeyword} `);

/** The blocks behind the header of a GIF, the end among them. GIF89a, Sections 15 to 27. */
function blocksOf(bytes: Uint8Array, name: string): readonly Block[] {
  let at = 10;
  const next = (): number => {
    const byte = bytes[at++];
    if (byte !== undefined) return byte;
    throw new ToolkitError('bad-gif', `${name} is damaged or truncated: it cannot be read as a GIF.`);
  };
  const skipColours = (packed: number): void => void (at += packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0);
  /** Data come in parts of up to 255 bytes, each with its length before it; the last one is empty. */
  const data = (): string => {
    let text = '';
    for (let length = next(); length > 0; length = next()) {
      text += Buffer.from(bytes.subarray(at, at + length)).toString('latin1');
      at += length;
    }
    return text;
  };
  const colours = next();
  at = 13;
  skipColours(colours);
  const blocks: Block[] = [];
  for (;;) {
    const [from, kind] = [at, next()];
    let text = '';
    if (kind === introducer) text = next() === commentLabel ? data() : (data(), '');
    else if (kind === separator) {
      at += 8;
      skipColours(next());
      at += 1; // the size of codes
      data();
    }
    blocks.push({ from, to: at, text });
    if (kind === trailer) return blocks;
  }
}

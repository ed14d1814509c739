import { join } from 'node:path';
import { fold, key, uniforms } from '../src/core/index.js';
import { writePng } from '../src/files/index.js';

/** Writes a directory of small pictures in two classes, `left` and `right`, by which side is bright. */
export async function writePictures(directory: string, { size = 8, count = 40 } = {}): Promise<void> {
  for (let i = 0; i < count; i++) {
    const side = i % 2 === 0 ? 'left' : 'right';
    const noise = uniforms(fold(key(0), i), size * size * 3);
    const data = Uint8Array.from(noise, (u, at) => {
      const x = Math.floor(at / 3) % size;
      const bright = x < size / 2 === (side === 'left');
      return (bright ? 180 : 20) + Math.floor(u * 50);
    });
    await writePng(join(directory, side, `${i}.png`), { width: size, height: size, channels: 3, data });
  }
}

/** Options of a training that takes a moment. */
export const brief = (data: string, run: string): readonly string[] => [
  ...['--data', data, '--size', '8', '--model', 'tiny', '--batch', '4', '--warmup', '2', '--threads', '1'],
  ...['--preview-every', '0', '--validate-every', '0', '--out', run],
];

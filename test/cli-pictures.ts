import { join } from 'node:path';
import { fold, key, uniforms } from '../src/core/index.js';
import { writePng } from '../src/files/index.js';
import { type TestFolder, testFolder } from './cli-harness.js';

export interface PicturesOptions {
  readonly size?: number;
  readonly count?: number;
}

/** Writes a directory of small pictures in two classes, `left` and `right`, by which side is bright. */
export async function writePictures(directory: string, { size = 8, count = 40 }: PicturesOptions = {}): Promise<void> {
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

export interface PictureFolder extends TestFolder {
  /** The pictures in it. */
  readonly data: string;
  /** Options of a training on them that takes a moment and leaves its run in the folder. */
  options(run: string): readonly string[];
}

/** A fresh folder for the tests of one file, with pictures to train on. */
export async function pictureFolder(name: string, pictures: PicturesOptions = {}): Promise<PictureFolder> {
  const folder = await testFolder(name);
  const data = folder.place('pictures');
  await writePictures(data, pictures);
  return { ...folder, data, options: (run) => brief(data, folder.place(run)) };
}

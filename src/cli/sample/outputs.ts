import { statSync } from 'node:fs';
import { extname, join } from 'node:path';

import { show } from '../../core/errors.js';
import type { HostArray } from '../../core/host-array.js';
import { writeGif } from '../../files/gif.js';
import { grid } from '../../files/grid.js';
import { writeNpy } from '../../files/npy.js';
import { enlarge, fromBatch } from '../../files/picture.js';
import { writePng } from '../../files/png.js';
import { usageError } from '../parse.js';

/** What a name of an output asks for. */
export type OutputKind = 'grid' | 'drawing' | 'animation' | 'numbers' | 'files';

const kinds: Readonly<Record<string, OutputKind>> = {
  '.png': 'grid',
  '.svg': 'drawing',
  '.gif': 'animation',
  '.npy': 'numbers',
};

/** By ending; a folder, or a name that ends in a slash, gets single files. */
export function outputKind(out: string, single: boolean): OutputKind {
  const kind = single ? 'files' : kindOf(out);
  if (kind) return kind;
  const endings = `${Object.keys(kinds).join(', ')}, or / for a folder of single files`;
  throw usageError(`sample: --out must end in ${endings}, got ${show(out)}.`);
}

/** What commands write that change pictures. */
export type PictureOutputKind = Exclude<OutputKind, 'drawing' | 'animation'>;

/** `outputKind` of the commands that change pictures. */
export function pictureOutputKind(out: string, owner: string): PictureOutputKind {
  const kind = kindOf(out);
  if (kind !== undefined && kind !== 'drawing' && kind !== 'animation') return kind;
  throw usageError(`${owner}: --out must end in .png or .npy, or / for a folder of single files, got ${show(out)}.`);
}

function kindOf(out: string): OutputKind | undefined {
  const isFolder = statSync(out, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder || /[/\\]$/.test(out) ? 'files' : kinds[extname(out).toLowerCase()];
}

export interface WriteSamplesOptions {
  readonly out: string;
  readonly kind: OutputKind;
  readonly pictures: HostArray<'float32'>;
  /** All pictures at each step, for an animation. */
  readonly frames: readonly HostArray<'float32'>[];
  readonly columns: number;
  readonly scale: number;
  /** Goes into every PNG and GIF; `index` says which picture a single file is. */
  readonly recipe: Readonly<Record<string, unknown>>;
}

/** One of several pictures in a folder: `0007.png`. */
export const numberedFile = (folder: string, index: number): string =>
  join(folder, `${String(index).padStart(4, '0')}.png`);

/** Writes samples in one of the four ways; returns the files. */
export async function writeSamples(options: WriteSamplesOptions): Promise<readonly string[]> {
  const { out, kind, pictures, frames, columns, scale, recipe } = options;
  switch (kind) {
    case 'grid':
      await writePng(out, grid(pictures, { columns, scale }), { recipe });
      return [out];
    case 'drawing':
      throw usageError(`sample: ${out} would be a drawing, and this model makes pictures. Take .png.`);
    case 'animation': {
      const shown = [...frames, pictures];
      await writeGif(
        out,
        shown.map((frame) => grid(frame, { columns, scale })),
        { recipe },
      );
      return [out];
    }
    case 'numbers':
      await writeNpy(out, pictures);
      return [out];
    case 'files': {
      const files: string[] = [];
      for (const [index, picture] of fromBatch(pictures).entries()) {
        const file = numberedFile(out, index);
        await writePng(file, enlarge(picture, scale), { recipe: { ...recipe, index } });
        files.push(file);
      }
      return files;
    }
  }
}

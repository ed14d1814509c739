import { join } from 'node:path';

import { ToolkitError } from '../../core/errors.js';
import { drawSvg, renderer } from '../../files/image.js';
import { toPlanes } from '../../files/picture.js';
import { sha256 } from '../../files/read-bytes.js';
import { readCached, writeCached } from '../cache.js';
import type { LoadContext, Progress } from '../dataset.js';
import { type Drawing, type IconSet, iconSet, type Style, versionOf } from './catalogue.js';

/** What was drawn last together is cached together: all drawings of one label at one size. */
export interface Sheet {
  readonly drawings: readonly Drawing[];
  readonly path: string;
  /** Bytes [N, 3, H, W], or null until drawn. */
  pixels: Uint8Array | null;
}

export interface DrawOptions {
  readonly drawings: readonly Drawing[];
  readonly size: number;
  readonly cacheDir: string;
  readonly signal: LoadContext['signal'];
}

/** Bump when the way of drawing changes, so that old caches are not taken for new ones. */
const method = 1;

/** Drawings made at a time; enough for every core, few enough to stop at once. */
const chunk = 32;

/** Draws what the cache does not have, label by label, and returns the bytes [3, H, W] of each drawing. */
export async function* draw(options: DrawOptions): AsyncGenerator<Progress, ReadonlyMap<Drawing, Uint8Array>> {
  const { size, signal } = options;
  const what = `Drawing emoji at ${size} × ${size}`;
  signal?.throwIfAborted();
  const sheets = await openSheets(options);
  const missing = sheets.filter(({ pixels }) => pixels === null);
  const total = missing.reduce((sum, sheet) => sum + sheet.drawings.length, 0);
  let done = 0;
  let drawnStyle: Style | null = null;
  let set: IconSet = { icons: {} };
  for (const sheet of missing) {
    const { style } = sheet.drawings[0]!;
    yield { what, done, total };
    signal?.throwIfAborted();
    if (style !== drawnStyle) set = await iconSet((drawnStyle = style));
    const stride = 3 * size * size;
    const pixels = new Uint8Array(sheet.drawings.length * stride);
    for (let from = 0; from < sheet.drawings.length; from += chunk) {
      signal?.throwIfAborted();
      const some = sheet.drawings.slice(from, from + chunk);
      const planes = await Promise.all(some.map((drawing) => drawOne(drawing, set, size)));
      for (const [i, plane] of planes.entries()) pixels.set(plane, (from + i) * stride);
      done += some.length;
      yield { what, done, total };
    }
    sheet.pixels = pixels;
    const note = await keep(sheet.path, pixels);
    if (note) yield { what, done, total, note };
  }
  return byDrawing(sheets, 3 * size * size);
}

async function openSheets({ drawings, size, cacheDir }: DrawOptions): Promise<readonly Sheet[]> {
  const labels = [...new Set(drawings.map(({ label }) => label))];
  return Promise.all(
    labels.map(async (label) => {
      const some = drawings.filter((drawing) => drawing.label === label);
      const { style, group } = some[0]!;
      const icons = some.map(({ icon }) => icon);
      const identity = JSON.stringify([method, style, await versionOf(style), renderer, size, icons]);
      const hash = sha256(identity).slice(0, 16);
      const path = join(cacheDir, 'emoji', String(size), `${style}-${group}-${hash}.bin`);
      return { drawings: some, path, pixels: await readCached(path, some.length * 3 * size * size) };
    }),
  );
}

async function drawOne({ icon, style }: Drawing, set: IconSet, size: number): Promise<Uint8Array> {
  const found = set.icons[icon];
  if (!found) throw new ToolkitError('bad-package', `emoji: ${style} lists "${icon}" but has no drawing of it.`);
  const { body, left = set.left ?? 0, top = set.top ?? 0 } = found;
  const { width = set.width ?? 16, height = set.height ?? 16 } = found; // 16 is Iconify's own default
  return toPlanes(await drawSvg({ body, viewBox: [left, top, width, height], size }));
}

/** Caches a sheet. A cache that cannot be written costs time at the next start and is no reason to stop. */
async function keep(path: string, pixels: Uint8Array): Promise<string | null> {
  try {
    await writeCached(path, pixels);
    return null;
  } catch (error) {
    return `Drawings are not kept for the next time. ${error instanceof Error ? error.message : String(error)}`;
  }
}

function byDrawing(sheets: readonly Sheet[], stride: number): ReadonlyMap<Drawing, Uint8Array> {
  return new Map(
    sheets.flatMap(({ drawings, pixels }) =>
      drawings.map((drawing, i) => [drawing, pixels!.subarray(i * stride, (i + 1) * stride)] as const),
    ),
  );
}

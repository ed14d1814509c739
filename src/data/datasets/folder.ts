import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, parse, sep } from 'node:path';

import { ToolkitError } from '../../core/errors.js';
import { choice, flag, text } from '../../core/options.js';
import { readError } from '../../files/errors.js';
import { decodeImage, imageExtensions } from '../../files/image.js';
import { toPlanes } from '../../files/picture.js';
import { checkedSize, dataSet, defineDataset, type Item, type Skipped } from '../dataset.js';
import { splitOf } from '../split.js';

const channelsOf = { grey: 1, rgb: 3, rgba: 4, auto: 3 } as const;

/** Endings of pictures of kinds that are not read, and named for that. */
const unreadExtensions: ReadonlySet<string> = new Set([
  ...['.apng', '.avif', '.bmp', '.exr', '.heic', '.heif', '.ico', '.jfif', '.jp2', '.jxl', '.pgm', '.pnm', '.ppm'],
  ...['.psd', '.svgz', '.tga', '.tif', '.tiff'],
]);

/** Images read at a time. */
const chunk = 16;

/**
 * A directory of images: PNG, JPEG, WebP, the first frame of GIF, SVG. Each is scaled and centre-cropped to a square.
 * The first sub-folder is the class, a text file beside the image (`cat.txt` for `cat.png`) the caption. Folders behind
 * links are read as others are. The split goes by a hash of the file's bytes, so that copies under other names are on one
 * side. What cannot be read, pictures of other kinds among it, is listed in `skipped`; only when nothing can be read does
 * loading fail.
 */
export const folder = defineDataset({
  name: 'folder',
  summary: 'Your own images; sub-folders are classes, text files beside them captions.',
  usage: 'DIR',
  argument: 'directory',
  options: {
    directory: text({ default: '.', placeholder: 'DIR', help: 'Where the images are.' }),
    colour: choice(['rgb', 'grey', 'rgba', 'auto'], {
      default: 'rgb',
      help: 'What is kept of the colours; auto is grey where no picture has any colour, and rgb else.',
    }),
    background: text({ default: '#ffffff', placeholder: 'COLOUR', help: 'What shines through transparent places.' }),
    mirrorable: flag({ default: true, help: 'Whether mirror images mean the same: not for writing.' }),
    license: text({ default: 'unknown', placeholder: 'SPDX', help: 'Licence of the images, for the model card.' }),
  },
  async *load({ directory, colour, background, mirrorable, license }, context) {
    const size = checkedSize('folder', context, 32);
    const channels = channelsOf[colour];
    const { images: files, captions, passedOver } = await list(directory);
    if (files.length === 0) {
      const first = passedOver.length > 0 ? ` What there is: ${passedOver[0]!.name}, ${passedOver[0]!.reason}.` : '';
      throw new ToolkitError(
        'empty-data',
        `folder: there is no image in ${directory}. Expected files ending in ${imageExtensions.join(', ')}, ` +
          `in it or in one sub-folder per class.${first}`,
      );
    }
    const classes = [...new Set(files.flatMap((file) => classOf(file) ?? []))];
    const what = `Reading ${directory}`;
    const items: Item[] = [];
    const planes: Uint8Array[] = [];
    const skipped: Skipped[] = [];

    const read = async (file: string): Promise<{ readonly item: Item; readonly plane: Uint8Array } | Skipped> => {
      try {
        const bytes = await readFile(join(directory, file));
        const picture = await decodeImage(bytes, { channels, background, size, name: file });
        const caption = captions.has(stem(file)) ? await readFile(join(directory, `${stem(file)}.txt`), 'utf8') : null;
        const item: Item = {
          name: file.split(sep).join('/'),
          label: classes.indexOf(classOf(file) ?? ''),
          caption: caption?.trim() || inWords(classOf(file) ?? parse(file).name),
          attributes: [],
          split: splitOf(bytes),
          mirrorable,
        };
        return { item, plane: toPlanes(picture) };
      } catch (error) {
        return { name: file, reason: error instanceof Error ? error.message : String(error) };
      }
    };

    yield { what, done: 0, total: files.length };
    for (let from = 0; from < files.length; from += chunk) {
      context.signal?.throwIfAborted();
      for (const result of await Promise.all(files.slice(from, from + chunk).map(read))) {
        if ('reason' in result) {
          skipped.push(result);
          continue;
        }
        items.push(result.item);
        planes.push(result.plane);
      }
      yield { what, done: Math.min(from + chunk, files.length), total: files.length };
    }
    if (items.length === 0) {
      throw new ToolkitError(
        'empty-data',
        `folder: none of the ${files.length} images in ${directory} can be read. The first: ${skipped[0]!.reason}`,
      );
    }
    const isGrey = colour === 'auto' && planes.every(hasNoColour);
    return dataSet({
      name: directory,
      sources: [{ name: directory, author: 'unknown', license, url: null }],
      size,
      channels: isGrey ? 1 : channels,
      classes: classes.length > 0 ? classes : null,
      images: Buffer.concat(isGrey ? planes.map((plane) => plane.subarray(0, size * size)) : planes),
      items,
      skipped: [...skipped, ...passedOver],
    });
  },
});

/** Whether the red, green and blue of every pixel of [3, H, W] are one number. */
function hasNoColour(plane: Uint8Array): boolean {
  const pixels = plane.length / 3;
  for (let i = 0; i < pixels; i++) {
    if (plane[i] !== plane[pixels + i] || plane[i] !== plane[2 * pixels + i]) return false;
  }
  return true;
}

/** Images below a directory in the order of their paths, the paths (without ending) that have a caption, and the rest. */
async function list(directory: string) {
  const found: Found = { files: [], passedOver: [] };
  await walk({ path: directory, name: '', above: [] }, found);
  const files = found.files.sort((a, b) => (a < b ? -1 : 1));
  const ending = (file: string): string => extname(file).toLowerCase();
  const unread = files
    .filter((file) => unreadExtensions.has(ending(file)))
    .map((name) => ({ name, reason: `${ending(name)} is not read, convert it to .png` }));
  return {
    images: files.filter((file) => imageExtensions.includes(ending(file))),
    captions: new Set(files.filter((file) => extname(file) === '.txt').map(stem)),
    passedOver: [...unread, ...found.passedOver],
  };
}

interface Found {
  /** By their paths below the directory. */
  readonly files: string[];
  readonly passedOver: Skipped[];
}

interface Place {
  readonly path: string;
  /** Its path below the directory that is read. */
  readonly name: string;
  /** The folders it lies in, as they are behind all links. */
  readonly above: readonly string[];
}

/** Adds all files below a place, also behind links, but for hidden ones; a link back to a folder above it ends there. */
async function walk({ path, name, above }: Place, found: Found): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error) => {
    if (error.code === 'ENOENT') throw new ToolkitError('unknown-dataset', `folder: there is no directory ${path}.`);
    if (error.code === 'ENOTDIR') throw new ToolkitError('unknown-dataset', `folder: ${path} is not a directory.`);
    throw readError(path, error);
  });
  const here = [...above, await realpath(path)];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const below = { path: join(path, entry.name), name: join(name, entry.name), above: here };
    const kind = entry.isSymbolicLink() ? await stat(below.path).catch(() => null) : entry;
    if (kind === null) found.passedOver.push({ name: below.name, reason: 'a link that leads nowhere' });
    else if (!kind.isDirectory()) found.files.push(below.name);
    else if (here.includes(await realpath(below.path))) {
      found.passedOver.push({ name: below.name, reason: 'a link to a folder that it lies in' });
    } else await walk(below, found);
  }
}

const stem = (file: string): string => file.slice(0, file.length - extname(file).length);
const inWords = (name: string): string => name.replace(/[-_]+/g, ' ').trim();

/** The first sub-folder, or undefined for images that are in none. */
function classOf(file: string): string | undefined {
  const parts = file.split(sep);
  return parts.length > 1 ? parts[0] : undefined;
}

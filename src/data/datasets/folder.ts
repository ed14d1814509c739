import { readdir, readFile } from 'node:fs/promises';
import { extname, join, parse, sep } from 'node:path';

import { ToolkitError } from '../../core/errors.js';
import { choice, flag, text } from '../../core/options.js';
import { readError } from '../../files/errors.js';
import { decodeImage, imageExtensions } from '../../files/image.js';
import { toPlanes } from '../../files/picture.js';
import { checkedSize, dataSet, defineDataset, type Item, type Skipped } from '../dataset.js';
import { splitOf } from '../split.js';

const channelsOf = { grey: 1, rgb: 3, rgba: 4 } as const;

/** Images read at a time. */
const chunk = 16;

/**
 * A directory of images: PNG, JPEG, WebP, the first frame of GIF, SVG. Each is scaled and centre-cropped to a square.
 * The first sub-folder is the class, a text file beside the image (`cat.txt` for `cat.png`) the caption. The split
 * goes by a hash of the file's bytes, so that copies under other names are on one side. What cannot be read is
 * listed in `skipped`; only when nothing can be read does loading fail.
 */
export const folder = defineDataset({
  name: 'folder',
  summary: 'Your own images; sub-folders are classes, text files beside them captions.',
  usage: 'DIR',
  argument: 'directory',
  options: {
    directory: text({ default: '.', placeholder: 'DIR', help: 'Where the images are.' }),
    colour: choice(['rgb', 'grey', 'rgba'], { default: 'rgb', help: 'What is kept of the colours.' }),
    background: text({ default: '#ffffff', placeholder: 'COLOUR', help: 'What shines through transparent places.' }),
    mirrorable: flag({ default: true, help: 'Whether mirror images mean the same: not for writing.' }),
    license: text({ default: 'unknown', placeholder: 'SPDX', help: 'Licence of the images, for the model card.' }),
  },
  async *load({ directory, colour, background, mirrorable, license }, context) {
    const size = checkedSize('folder', context, 32);
    const channels = channelsOf[colour];
    const { images: files, captions } = await list(directory);
    if (files.length === 0) {
      throw new ToolkitError(
        'empty-data',
        `folder: there is no image in ${directory}. Expected files ending in ${imageExtensions.join(', ')}, ` +
          'in it or in one sub-folder per class.',
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
    return dataSet({
      name: directory,
      sources: [{ name: directory, author: 'unknown', license, url: null }],
      size,
      channels,
      classes: classes.length > 0 ? classes : null,
      images: Buffer.concat(planes),
      items,
      skipped,
    });
  },
});

/** Images below a directory in the order of their paths, and the paths (without ending) that have a caption. */
async function list(directory: string) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((error) => {
    if (error.code === 'ENOENT') throw new ToolkitError('not-found', `folder: there is no directory ${directory}.`);
    if (error.code === 'ENOTDIR') throw new ToolkitError('not-found', `folder: ${directory} is not a directory.`);
    throw readError(directory, error);
  });
  const root = join(directory, sep);
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root === `.${sep}` ? 0 : root.length))
    .filter((file) => !file.split(sep).some((part) => part.startsWith('.')))
    .sort((a, b) => (a < b ? -1 : 1));
  return {
    images: files.filter((file) => imageExtensions.includes(extname(file).toLowerCase())),
    captions: new Set(files.filter((file) => extname(file) === '.txt').map(stem)),
  };
}

const stem = (file: string): string => file.slice(0, file.length - extname(file).length);
const inWords = (name: string): string => name.replace(/[-_]+/g, ' ').trim();

/** The first sub-folder, or undefined for images that are in none. */
function classOf(file: string): string | undefined {
  const parts = file.split(sep);
  return parts.length > 1 ? parts[0] : undefined;
}

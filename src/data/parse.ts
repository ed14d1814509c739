import { statSync } from 'node:fs';
import { extname } from 'node:path';

import { ToolkitError } from '../core/errors.js';
import { didYouMean } from '../core/text.js';
import type { Dataset } from './dataset.js';
import { datasets } from './datasets/index.js';

/** A data set and its options, as one text names them. */
export interface ParsedData {
  readonly dataset: Dataset;
  readonly options: Readonly<Record<string, string | number | boolean>>;
}

/**
 * What `--data` takes: `emoji`, `emoji:faces`, `mnist:DIR`, `folder:DIR`, `2d:moons`, a directory of images or a .npy
 * file. Options of the data set stand behind it, each after a comma: `icons/,background=black`, `x.npy,range=unit`,
 * `2d:moons,count=500,noise=0`. A path that looks like a data set can be written `./emoji`; one that is there is taken
 * whole, whatever commas it has.
 */
export function parseData(text: string): ParsedData {
  const [name = '', ...rest] = text.split(':');
  if (Object.hasOwn(datasets.entries, name)) return named(datasets.get(name), rest.join(':'));
  const [path, pairs] = withOptions(text);
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind?.isDirectory()) {
    const dataset = datasets.get('folder');
    return { dataset, options: { directory: path, ...typed(dataset, pairs) } };
  }
  if (kind?.isFile() && extname(path).toLowerCase() === '.npy') {
    const dataset = datasets.get('npy');
    return { dataset, options: { file: path, ...typed(dataset, pairs) } };
  }
  const usages = Object.values<Dataset>(datasets.entries).map(({ usage }) => usage);
  const state = kind
    ? 'is a file, and of files only .npy can be data'
    : `is neither a data set nor a file or directory here.${didYouMean(name, datasets.names)}`.replace(/\.$/, '');
  throw new ToolkitError(
    'unknown-dataset',
    `Data "${text}" ${state}${/[?]$/.test(state) ? '' : '.'} Known: ${usages.join(', ')}.`,
  );
}

function named(dataset: Dataset, text: string): ParsedData {
  const [argument, pairs] = withOptions(text);
  const first = argument === '' ? {} : { [dataset.argument]: argument };
  return { dataset, options: { ...first, ...typed(dataset, pairs) } };
}

type Pair = readonly [name: string, value: string];

/** What stands before the first `,name=value`, and these; all of it where that is a path. */
function withOptions(text: string): readonly [argument: string, pairs: readonly Pair[]] {
  const pieces = text.split(',');
  const last = pieces.findLastIndex((piece) => !/^\w+=/.test(piece));
  if (last === pieces.length - 1 || statSync(text, { throwIfNoEntry: false })) return [text, []];
  const pairs = pieces.slice(last + 1).map((piece): Pair => {
    const [name = '', ...value] = piece.split('=');
    return [name, value.join('=')];
  });
  return [pieces.slice(0, last + 1).join(','), pairs];
}

/** Values as the options of a data set want them; what does not fit is left as it is, and told when it is loaded. */
function typed({ options }: Dataset, pairs: readonly Pair[]): ParsedData['options'] {
  return Object.fromEntries(
    pairs.map(([name, value]) => {
      const kind = Object.hasOwn(options, name) ? options[name]!.kind : 'text';
      if (kind === 'number' && value.trim() !== '' && Number.isFinite(Number(value))) return [name, Number(value)];
      if (kind === 'flag' && (value === 'true' || value === 'false')) return [name, value === 'true'];
      return [name, value];
    }),
  );
}

/** Whether a text names points in the plane, told before they are loaded. */
export const namesPoints = (text: string): boolean => /^2d(:|$)/.test(text);

import { statSync } from 'node:fs';
import { extname } from 'node:path';

import { ToolkitError } from '../core/errors.js';
import { didYouMean } from '../core/text.js';
import type { Dataset } from './dataset.js';
import { datasets } from './datasets/index.js';

/** A data set and its options, as one text names them. */
export interface ParsedData {
  readonly dataset: Dataset;
  readonly options: Readonly<Record<string, string>>;
}

/**
 * What `--data` takes: `emoji`, `emoji:faces`, `mnist:DIR`, `folder:DIR`, `2d:moons`, a directory of images or a .npy
 * file.
 * A path that looks like a data set can be written `./emoji`.
 */
export function parseData(text: string): ParsedData {
  const [name = '', ...rest] = text.split(':');
  if (Object.hasOwn(datasets.entries, name)) {
    const dataset = datasets.get(name);
    const argument = rest.join(':');
    return { dataset, options: argument === '' ? {} : { [dataset.argument]: argument } };
  }
  const kind = statSync(text, { throwIfNoEntry: false });
  if (kind?.isDirectory()) return { dataset: datasets.get('folder'), options: { directory: text } };
  if (kind?.isFile() && extname(text).toLowerCase() === '.npy') {
    return { dataset: datasets.get('npy'), options: { file: text } };
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

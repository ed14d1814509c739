import { basename, resolve } from 'node:path';
import type { DataSet } from '../../data/dataset.js';
import type { DiffusionModel, SemanticDirection } from '../../pipelines/index.js';
import { shippedFolder } from '../model/shipped-model.js';
import { licenceLines, markdownTable, sourceLine } from '../train/card.js';
import { quoted } from '../train/command-line.js';
import { directionsOptions } from './directions-options.js';

export interface DirectionsCardOptions {
  readonly directions: readonly { readonly file: string; readonly direction: SemanticDirection }[];
  readonly model: Pick<DiffusionModel, 'hash'>;
  /** Folder of the model. */
  readonly modelName: string;
  /** Folder of the directions, as it was named. */
  readonly folder: string;
  /** What the attributes were learnt from; null where nothing was but a picture. */
  readonly data: Pick<DataSet, 'sources' | 'name'> | null;
}

/** The README.md of a folder of directions: what each does, in which model, and how it was made. */
export function directionsCard({ directions, model, modelName, folder, data }: DirectionsCardOptions): string {
  const rows = directions.map(({ file, direction: { attribute, method, tap, details } }) => [
    ...[`\`${attribute}\``, `\`${basename(file)}\``, method, `\`${tap}\``],
    ...[details['pictures'] ?? '–', details['seed'] ?? '–', details['against'] ?? '–'],
  ]);
  const all = directions.flatMap(({ direction: { details } }) => (details['made'] ? [details['made']] : []));
  const commands = [...new Set(all)].map((command) => [command, ...outOf(folder)].join(' '));
  const some = directions.slice(0, 2).map(({ direction }, i) => `${direction.attribute}=${i === 0 ? '1' : '0.8'}`);
  const where = [
    ...(isShipped(modelName, 'emoji-32') ? [] : [`--model ${quoted(modelName)}`]),
    ...(isShipped(folder, 'directions-32') ? [] : [`--directions ${quoted(trimmed(folder))}`]),
  ];
  return `${[
    `---\n${[...(data ? licenceLines(data.sources) : []), 'tags: [image-editing, langevin]'].join('\n')}\n---`,
    `# Semantic directions for ${basename(modelName)}`,
    'What to add inside of the network, while it draws, for a picture to get an attribute. Each file holds the change and how it was made.',
    `They belong to the weights with SHA-256 \`${model.hash}\`; in other weights they do less, or something else.`,
    `\`\`\`sh\n${['langevin edit picture.png --semantic', some.join(','), ...where, '-o edited.png'].join(' ')}\n\`\`\``,
    markdownTable([['Attribute', 'File', 'Method', 'Tap', 'Pictures', 'Seed', 'Against'], ...rows]),
    `## How they were made\n\n\`\`\`sh\n${commands.join('\n')}\n\`\`\``,
    ...(data ? [`## Data and licences\n\n${data.sources.map(sourceLine).join('\n')}`] : []),
  ].join('\n\n')}\n`;
}

/** What a command that makes directions says of their folder: nothing of the usual one. */
const outOf = (folder: string): readonly string[] =>
  trimmed(folder) === directionsOptions.out.default ? [] : [`-o ${quoted(trimmed(folder))}`];

/** Without a slash at the end. */
const trimmed = (folder: string): string => folder.replace(/(?<=[^/])\/+$/, '');

/** Whether a folder is the one that commands take unless told. */
function isShipped(folder: string, name: string): boolean {
  const shipped = shippedFolder(name);
  return shipped !== null && resolve(folder) === resolve(shipped);
}

import { basename } from 'node:path';
import type { DataSet } from '../../data/dataset.js';
import type { DiffusionModel, SemanticDirection } from '../../pipelines/index.js';
import { licenceLines, markdownTable, sourceLine } from '../train/card.js';

export interface DirectionsCardOptions {
  readonly directions: readonly { readonly file: string; readonly direction: SemanticDirection }[];
  readonly model: Pick<DiffusionModel, 'hash'>;
  readonly modelName: string;
  /** What the attributes were learnt from; null where nothing was but a picture. */
  readonly data: Pick<DataSet, 'sources' | 'name'> | null;
}

/** The README.md of a folder of directions: what each does, in which model, and how it was made. */
export function directionsCard({ directions, model, modelName, data }: DirectionsCardOptions): string {
  const rows = directions.map(({ file, direction: { attribute, method, tap, details } }) => [
    ...[`\`${attribute}\``, `\`${basename(file)}\``, method, `\`${tap}\``],
    ...[details['pictures'] ?? '–', details['seed'] ?? '–', details['against'] ?? '–'],
  ]);
  const all = directions.flatMap(({ direction: { details } }) => (details['made'] ? [details['made']] : []));
  const commands = [...new Set(all)];
  const some = directions.slice(0, 2).map(({ direction }, i) => `${direction.attribute}=${i === 0 ? '1' : '0.8'}`);
  return `${[
    `---\n${[...(data ? licenceLines(data.sources) : []), 'tags: [image-editing, langevin]'].join('\n')}\n---`,
    `# Semantic directions for ${basename(modelName)}`,
    'What to add inside of the network, while it draws, for a picture to get an attribute. Each file holds the change and how it was made.',
    `They belong to the weights with SHA-256 \`${model.hash}\`; in other weights they do less, or something else.`,
    `\`\`\`sh\nlangevin edit picture.png --semantic ${some.join(',')} -o edited.png\n\`\`\``,
    markdownTable([['Attribute', 'File', 'Method', 'Tap', 'Pictures', 'Seed', 'Against'], ...rows]),
    `## How they were made\n\n\`\`\`sh\n${commands.join('\n')}\n\`\`\``,
    ...(data ? [`## Data and licences\n\n${data.sources.map(sourceLine).join('\n')}`] : []),
  ].join('\n\n')}\n`;
}

/**
 * Writes the generated part of docs/reference from the registries, and a picture of each thing that can be drawn; what
 * people wrote below the generated part stays.
 *
 *   npm run reference              pages and pictures
 *   npm run reference -- --pages   pages alone
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ToolkitError } from '../src/core/errors.js';
import { consoleExamples, executed, usualExamples } from './reference/examples.js';
import { type Entry, entriesOf, flagsFor, type Kind, kinds } from './reference/kinds.js';
import { fence, optionTable, page, table } from './reference/markdown.js';
import { docOf, root } from './reference/source.js';
import { tables } from './reference/tables.js';

const folder = 'docs/reference';
const pictures = 'docs/images/reference';

/** Every page of the reference as it should be, by path, given what stands below the generated parts now. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  const put = (file: string, parts: { title: string; source: string; generated: readonly string[] }): void => {
    const path = `${folder}/${file}`;
    const now = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null;
    pages.set(path, page({ ...parts, now }));
  };
  for (const kind of kinds) {
    for (const entry of entriesOf(kind)) {
      const { name, file } = entry;
      put(`${kind.folder}/${name}.md`, {
        title: titleOf(kind, entry),
        source: file,
        generated: await entryPage(kind, entry),
      });
    }
    const source = kind.registry === null ? kind.source : `${kind.source}/index.ts`;
    put(`${kind.folder}/README.md`, { title: kind.title, source, generated: kindPage(kind) });
  }
  for (const { file, title, source, generated } of tables) put(file, { title, source, generated: generated() });
  put('README.md', { title: 'Reference', source: 'scripts/reference', generated: contents() });
  return pages;
}

/** What draws each picture, by path: only things that can be drawn are asked. */
export function referencePictures(): ReadonlyMap<string, () => Promise<string>> {
  return new Map(
    kinds.flatMap((kind) =>
      entriesOf(kind)
        .filter((entry) => isDrawn(kind, entry))
        .map((entry) => [pictureOf(kind, entry), async () => (await kind.picture!(entry))!] as const),
    ),
  );
}

const pictureOf = (kind: Kind, { name }: Entry): string => `${pictures}/${kind.folder}/${name}.svg`;

/** Functions are titled by what one writes. */
const titleOf = ({ registry }: Kind, { name, exported }: Entry): string => (registry === null ? exported : name);

/** Some things of a kind have no picture: they need a file or a trained model. */
const isDrawn = ({ folder: of, picture }: Kind, { name, definition }: Entry): boolean =>
  picture !== undefined &&
  !(of === 'points' && name === 'svg') &&
  !['model', 'classes'].includes(String(definition['needs']));

async function entryPage(kind: Kind, entry: Entry): Promise<readonly string[]> {
  const { name, exported, definition, file } = entry;
  const { body, example, summary } = docOf(file, exported);
  const flags = kind.registry === null ? [] : flagsFor(entriesOf(kind).map((other) => other.name));
  const facts = {
    ...(!kind.unnamed && { Import: `\`import { ${exported} } from '${kind.subpath}'\`` }),
    ...(kind.registry !== null && { 'By name': `\`${kind.registry}.get('${name}')\`` }),
    ...(flags.length > 0 && { 'On the command line': flags.map((flag) => `\`langevin ${flag} ${name}\``).join(', ') }),
    ...(await kind.facts?.(entry)),
    Source: `[${file}](../../../${file})`,
  };
  const options =
    Object.keys(definition.options ?? {}).length > 0 ? ['## Options', optionTable(definition.options!)] : [];
  const drawn = isDrawn(kind, entry)
    ? [`![${drawnText(kind, entry, summary)}](../../${pictureOf(kind, entry).slice(5)})`]
    : [];
  return [
    body,
    ...drawn,
    table(['', ''], Object.entries(facts)),
    ...options,
    ...(await exampleOf(kind, entry, example)),
  ];
}

const drawnText = (kind: Kind, entry: Entry, summary: string): string =>
  `${titleOf(kind, entry)}, drawn: ${summary}`.replace(/[[\]`]/g, '').slice(0, 160);

async function exampleOf(kind: Kind, entry: Entry, own: string | null): Promise<readonly string[]> {
  const shown = consoleExamples[`${kind.folder}/${entry.name}`];
  if (shown !== undefined) return ['## Example', fence('console', shown)];
  const usual = own === null ? usualExamples[kind.folder]?.(entry) : undefined;
  if (own === null && usual === undefined) {
    const how = 'Write one that ends in "expression; // → value"';
    throw new ToolkitError(
      'unfinished',
      `${entry.file} has no @example above "${entry.exported}", and ${kind.title.toLowerCase()} have no usual one. ${how}, as its neighbours do.`,
    );
  }
  return ['## Example', fence('ts', own ?? (await executed(usual!)))];
}

function kindPage(kind: Kind): readonly string[] {
  const entries = entriesOf(kind);
  const columns = Object.entries(kind.columns ?? {});
  const rows = entries.map((entry) => [
    `[${titleOf(kind, entry)}](${entry.name}.md)`,
    docOf(entry.file, entry.exported).summary,
    ...columns.map(([, of]) => of(entry)),
  ]);
  const noun = `${kind.noun[0]!.toUpperCase()}${kind.noun.slice(1)}`;
  return [table([noun, '', ...columns.map(([title]) => title)], rows)];
}

function contents(): readonly string[] {
  const rows = kinds.map((kind) => {
    const names = entriesOf(kind).map((entry) => `[${titleOf(kind, entry)}](${kind.folder}/${entry.name}.md)`);
    return [`[${kind.title}](${kind.folder}/README.md)`, names.join(', ')];
  });
  return [table(['', ''], [...rows, ...tables.map(({ file, title, summary }) => [`[${title}](${file})`, summary])])];
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

async function main(): Promise<void> {
  for (const [path, text] of await referencePages()) await write(path, text);
  if (process.argv.includes('--pages')) return;
  const drawn = referencePictures();
  for (const file of await readdir(join(root, pictures), { recursive: true }).catch(() => [])) {
    const path = `${pictures}/${file}`;
    if (path.endsWith('.svg') && !drawn.has(path)) await rm(join(root, path));
  }
  const only = process.argv.slice(2).filter((word) => !word.startsWith('--'));
  for (const [path, draw] of drawn) {
    if (only.length === 0 || only.some((part) => path.includes(part))) await write(path, await draw());
  }
}

// What is missing is told in a sentence; anything else is a fault of this program and keeps its stack.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error: unknown) => {
    if (!(error instanceof ToolkitError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}

/**
 * Writes the generated part of docs/reference from the registries; what people wrote below it stays.
 *
 *   npm run reference
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { definitionOf, entriesOf, exportOf, flagsFor, type Kind, kinds } from './reference/kinds.js';
import { fence, optionTable, page, table } from './reference/markdown.js';
import { docOf, fileOf, root } from './reference/source.js';
import { tables } from './reference/tables.js';

const folder = 'docs/reference';

/** Every page of the reference as it should be, by path, given what stands below the generated parts now. */
export function referencePages(): ReadonlyMap<string, string> {
  const pages = new Map<string, string>();
  const put = (file: string, parts: { title: string; source: string; generated: readonly string[] }): void => {
    const path = `${folder}/${file}`;
    const now = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null;
    pages.set(path, page({ ...parts, now }));
  };
  for (const kind of kinds) {
    for (const [name, entry] of entriesOf(kind)) {
      put(`${kind.folder}/${name}.md`, {
        title: name,
        source: fileOf(kind.source, name),
        generated: entryPage(kind, name, entry),
      });
    }
    put(`${kind.folder}/README.md`, {
      title: kind.title,
      source: `${kind.source}/index.ts`,
      generated: kindPage(kind),
    });
  }
  for (const { file, title, source, generated } of tables) put(file, { title, source, generated: generated() });
  put('README.md', { title: 'Reference', source: 'scripts/reference', generated: contents() });
  return pages;
}

function entryPage(kind: Kind, name: string, entry: unknown): readonly string[] {
  const source = fileOf(kind.source, name);
  const exported = exportOf(kind, entry);
  const { body, example } = docOf(source, exported);
  const definition = definitionOf(entry);
  const flags = flagsFor(entriesOf(kind).map(([other]) => other));
  const facts = {
    Import: `\`import { ${exported} } from '${kind.subpath}'\``,
    'By name': `\`${kind.registry}.get('${name}')\``,
    ...(flags.length > 0 && { 'On the command line': flags.map((flag) => `\`langevin ${flag} ${name}\``).join(', ') }),
    ...kind.facts?.(definition),
    Source: `[${source}](../../../${source})`,
  };
  const options =
    Object.keys(definition.options ?? {}).length > 0 ? ['## Options', optionTable(definition.options!)] : [];
  return [
    body,
    table(['', ''], Object.entries(facts)),
    ...options,
    ...(example ? ['## Example', fence('ts', example)] : []),
  ];
}

function kindPage(kind: Kind): readonly string[] {
  const rows = entriesOf(kind).map(([name, entry]) => [`[${name}](${name}.md)`, summaryOf(kind, name, entry)]);
  return [table([`${kind.noun[0]!.toUpperCase()}${kind.noun.slice(1)}`, ''], rows)];
}

const summaryOf = (kind: Kind, name: string, entry: unknown): string =>
  docOf(fileOf(kind.source, name), exportOf(kind, entry)).summary;

function contents(): readonly string[] {
  const rows = kinds.map((kind) => {
    const names = entriesOf(kind).map(([name]) => `[${name}](${kind.folder}/${name}.md)`);
    return [`[${kind.title}](${kind.folder}/README.md)`, names.join(', ')];
  });
  return [table(['', ''], [...rows, ...tables.map(({ file, title, summary }) => [`[${title}](${file})`, summary])])];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of referencePages()) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

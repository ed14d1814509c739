import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { entriesOf, kinds } from '../scripts/reference/kinds.js';
import { writtenPart } from '../scripts/reference/markdown.js';
import { tables } from '../scripts/reference/tables.js';
import { referencePages } from '../scripts/reference.js';

const read = (path: string): Promise<string> => readFile(new URL(`../${path}`, import.meta.url), 'utf8');

for (const [path, expected] of referencePages()) {
  test(`${path} says what the source says`, async () => {
    assert.ok(existsSync(new URL(`../${path}`, import.meta.url)), 'Run npm run reference to write it.');
    assert.equal(await read(path), expected, 'Run npm run reference to bring it up to date.');
  });

  test(`${path} says more than the source`, async () => {
    assert.notEqual(writtenPart(await read(path)), '', 'Write below the generated part when to use it.');
  });
}

for (const kind of kinds) {
  test(`docs/reference/${kind.folder} has pages of registered names alone`, async () => {
    const files = await readdir(new URL(`../docs/reference/${kind.folder}/`, import.meta.url));
    const names = entriesOf(kind).map(([name]) => `${name}.md`);
    assert.deepEqual(files.sort(), ['README.md', ...names].sort());
  });
}

for (const { file, names } of tables) {
  test(`docs/reference/${file} has every registered name`, async () => {
    const text = await read(`docs/reference/${file}`);
    assert.deepEqual(
      names.filter((name) => !new RegExp(`(^|[^\\w-])${name}([^\\w-]|$)`, 'm').test(text)),
      [],
    );
  });
}

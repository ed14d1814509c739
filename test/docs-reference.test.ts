import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { entriesOf, kinds } from '../scripts/reference/kinds.js';
import { writtenPart } from '../scripts/reference/markdown.js';
import { tracesOf } from '../scripts/reference/schedulers.js';
import { tables } from '../scripts/reference/tables.js';
import { referencePages, referencePictures } from '../scripts/reference.js';
import { reference } from './scheduler-reference.js';

const read = (path: string): Promise<string> => readFile(new URL(`../${path}`, import.meta.url), 'utf8');

for (const [path, expected] of await referencePages()) {
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
    const names = entriesOf(kind).map(({ name }) => `${name}.md`);
    assert.deepEqual(files.sort(), ['README.md', ...names].sort());
  });
}

test('docs/images/reference has the pictures of the pages, and no others', async () => {
  const files = await readdir(new URL('../docs/images/reference/', import.meta.url), { recursive: true });
  const drawings = files.filter((file) => file.endsWith('.svg')).map((file) => `docs/images/reference/${file}`);
  assert.deepEqual(drawings.sort(), [...referencePictures().keys()].sort(), 'Run npm run reference.');
});

for (const path of ['schedules/cosine', 'steps/karras', 'weightings/min-snr', 'samplers/heun', 'processes/ink']) {
  test(`the picture of ${path} is what is drawn today`, async () => {
    const file = `docs/images/reference/${path}.svg`;
    assert.ok((await read(file)) === (await referencePictures().get(file)!()), 'Run npm run reference.');
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

const traces = reference<{ readonly cls: string }>('scheduler-traces.json');
test('the page of scheduler classes counts the traces that there are', { skip: traces.skip }, () => {
  for (const name of new Set(traces.entries.map(({ cls }) => cls))) {
    assert.equal(tracesOf(name), traces.entries.filter(({ cls }) => cls === name).length, name);
  }
});

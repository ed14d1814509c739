import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { datasets } from './datasets/index.js';
import { parseData } from './parse.js';

test('a text names a data set and its options', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'langevin-parse-'));
  const parse = (text: string) => {
    const { dataset, options } = parseData(text);
    return [dataset.name, options];
  };
  assert.deepEqual(parse('emoji'), ['emoji', {}]);
  assert.deepEqual(parse('emoji:noto/faces'), ['emoji', { filter: 'noto/faces' }]);
  assert.deepEqual(parse('mnist:/a:b'), ['mnist', { directory: '/a:b' }]);
  assert.deepEqual(parse('2d:svg:a:b.svg'), ['2d', { which: 'svg:a:b.svg' }]);
  assert.deepEqual(parse(dir), ['folder', { directory: dir }]);
  const file = join(dir, 'x.npy');
  await writeFile(file, '');
  assert.deepEqual(parse(file), ['npy', { file }]);

  // Options stand behind commas, in the type that is declared; a path that is there is taken whole.
  assert.deepEqual(parse(`${dir},background=black,mirrorable=false`), [
    ...['folder', { directory: dir, background: 'black', mirrorable: false }],
  ]);
  assert.deepEqual(parse(`${file},range=unit,labels=y.npy`), ['npy', { file, range: 'unit', labels: 'y.npy' }]);
  assert.deepEqual(parse('2d:svg:a:b,c.svg,count=500,noise=0'), [
    '2d',
    { which: 'svg:a:b,c.svg', count: 500, noise: 0 },
  ]);
  assert.deepEqual(parse('2d:count=many'), ['2d', { count: 'many' }]);
  assert.deepEqual(parse('emoji:noto/faces,twemoji'), ['emoji', { filter: 'noto/faces,twemoji' }]);
  assert.deepEqual(parse('folder:a,license=x=y'), ['folder', { directory: 'a', license: 'x=y' }]);
  const odd = join(dir, 'odd,background=black');
  await writeFile(`${odd}.npy`, '');
  assert.deepEqual(parse(`${odd}.npy`), ['npy', { file: `${odd}.npy` }]);

  const known = `Known: ${Object.values(datasets.entries)
    .map((set) => set.usage)
    .join(', ')}.`;
  assert.throws(() => parseData('emjoi:faces'), {
    code: 'unknown-dataset',
    message: `Data "emjoi:faces" is neither a data set nor a file or directory here. Did you mean "emoji"? ${known}`,
  });
  assert.throws(() => parseData('/no/such/place'), {
    message: `Data "/no/such/place" is neither a data set nor a file or directory here. ${known}`,
  });
  const text = join(dir, 'a.txt');
  await writeFile(text, '');
  assert.throws(() => parseData(text), {
    message: `Data "${text}" is a file, and of files only .npy can be data. ${known}`,
  });
  await rm(dir, { recursive: true });
});

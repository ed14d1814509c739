import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readRecipe } from '../src/files/index.js';
import { loadDirection, loadModel } from '../src/pipelines/index.js';

const folder = (name: string): string => fileURLToPath(new URL(`../models/${name}`, import.meta.url));

suite('what is shipped belongs together', async () => {
  const { hash } = await loadModel(folder('emoji-32'));

  test('the grid in the card was drawn by the shipped weights, with the command that stands there', async () => {
    const recipe = (await readRecipe(`${folder('emoji-32')}/samples.png`)) as Readonly<Record<string, unknown>>;
    assert.equal(recipe['weights'], hash);
    assert.equal(recipe['model'], 'models/emoji-32');
    assert.deepEqual([recipe['seed'], recipe['count'], recipe['guidance']], [0, 64, 3]);
    const card = await readFile(`${folder('emoji-32')}/README.md`, 'utf8');
    assert.match(card, /sample --model models\/emoji-32 --class all --guidance 3 --sampler ddpm --steps 60/);
  });

  test('directions were found in these weights, and their card says so', async () => {
    const files = (await readdir(folder('directions-32'))).filter((name) => name.endsWith('.safetensors'));
    assert.ok(files.length >= 6, `${files.length} directions`);
    for (const file of files)
      assert.equal((await loadDirection(`${folder('directions-32')}/${file}`)).model, hash, file);
    assert.ok((await readFile(`${folder('directions-32')}/README.md`, 'utf8')).includes(hash), 'the card names others');
  });
});

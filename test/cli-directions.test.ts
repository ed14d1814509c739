import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { readImage, readRecipe, writePng } from '../src/files/index.js';
import { loadDirection, saveModel } from '../src/pipelines/index.js';
import { cli } from './cli-harness.js';
import { tinyModel } from './model-fixtures.js';

const root = await mkdtemp(join(tmpdir(), 'langevin-directions-'));
after(() => rm(root, { recursive: true, force: true }));
const place = (name: string): string => join(root, name);
await saveModel(place('model'), { model: tinyModel({ classes: 36 }) });
await writePng(place('a.png'), {
  ...{ width: 8, height: 8, channels: 3 },
  data: Uint8Array.from({ length: 192 }, (_, i) => (i * 73 + 31) % 256),
});
const find = (...argv: readonly string[]) =>
  cli('directions', '--model', place('model'), '--data', 'emoji:noto/faces', '--threads', '1', '-q', ...argv);
const edit = (...argv: readonly string[]) =>
  cli('edit', place('a.png'), '--model', place('model'), '--directions', place('d'), '--threads', '1', '-q', ...argv);

suite('langevin directions and edit --semantic', () => {
  test('finds one by means and trains one, with a card; the same seed makes the same bytes', async () => {
    const tap = ['--tap', 'mid_block', '--calibrate', '0', '-o', place('d')];
    const means = await find('--attribute', 'smile', '--method', 'mean-difference', '--times', '0.5,0.9', ...tap);
    assert.equal(means.code, 0, means.stderr);
    const train = ['--attribute', 'open-mouth', '--steps', '3', '--batch', '2', '--walk', '1', ...tap];
    assert.equal((await find(...train)).code, 0);
    const [smile, open] = [place('d/smile.safetensors'), place('d/open-mouth.safetensors')];
    const { change, method, model } = await loadDirection(smile);
    assert.ok(change.kind === 'fixed' && change.times.join() === '0.5,0.9' && method === 'mean-difference', method);
    assert.equal(model.length, 64);
    assert.equal((await loadDirection(open)).change.kind, 'function');
    const before = readFileSync(open);
    assert.equal((await find(...train)).code, 0);
    assert.deepEqual(readFileSync(open), before);
    const card = readFileSync(place('d/README.md'), 'utf8');
    for (const text of ['`smile`', '`open-mouth`', model, 'Apache-2.0']) assert.ok(card.includes(text), text);
  });

  test('edits a picture, and the recipe says with what', async () => {
    const result = await edit('--semantic', 'smile=40,open-mouth=-1', '--steps', '4', '-o', place('edited.png'));
    assert.equal(result.code, 0, result.stderr);
    const recipe = (await readRecipe(place('edited.png'))) as { readonly directions: readonly object[] };
    assert.equal(recipe.directions.length, 2);
    const again = await cli('replay', place('edited.png'), '--threads', '1', '--json');
    assert.match(again.stdout, /"identical":true/, again.stderr);
    const nothing = await edit('--semantic', 'smile=0', '--steps', '4', '-o', place('nothing.png'));
    assert.equal(nothing.code, 0, nothing.stderr);
    assert.notDeepEqual((await readImage(place('edited.png'))).data, (await readImage(place('nothing.png'))).data);
  });

  test('between two pictures: the first is the source drawn again', async () => {
    const [b, out] = [place('b.png'), place('between.png')];
    await writePng(b, { ...{ width: 8, height: 8, channels: 3 }, data: new Uint8Array(192).fill(200) });
    const way = ['--with', 'semantic-interpolate:tap=mid_block', '--to', b, '--steps', '4', '--scale', '1'];
    const result = await edit(...way, '-n', '3', '-o', place('between/'));
    assert.equal(result.code, 0, result.stderr);
    const read = async (name: string) => (await readImage(place(name))).data;
    await edit('--semantic', 'smile=0', '--steps', '4', '-o', out);
    assert.deepEqual(await read('between/0000.png'), await read('between.png'));
    assert.notDeepEqual(await read('between/0002.png'), await read('between.png'));
    const masked = await edit(...way, '--mask', 'box:0,0,4,4');
    assert.match(masked.stderr, /--mask is not for semantic-interpolate\. Leave it out\./);
  });

  test('mistakes are told', async () => {
    const said = async (outcome: Promise<{ readonly code: number; readonly stderr: string }>) =>
      (await outcome).stderr.replaceAll(root, 'ROOT').trim();
    assert.match(await said(edit('--semantic', 'smiel=1')), /has no direction "smiel"\. Did you mean "smile"\?/);
    assert.match(
      await said(edit('--semantic', 'smile=1', '--with', 'variation')),
      /--semantic is for the edit semantic/,
    );
    assert.match(await said(find('--attribute', 'smle')), /Unknown attribute "smle"\. Did you mean "smile"\?/);
    assert.match(
      await said(find('--attribute', 'face:yawning')),
      /a judge has to say what it is\. Name one with --judge\./,
    );
  });
});

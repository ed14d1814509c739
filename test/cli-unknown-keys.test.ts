import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { commands } from '../src/cli/commands/index.js';
import { floats } from '../src/core/index.js';
import { writePng } from '../src/files/index.js';
import { writeSafetensors } from '../src/nn/index.js';
import { saveModel } from '../src/pipelines/index.js';
import { cli, events, testFolder } from './cli-harness.js';
import { tinyModel } from './model-fixtures.js';

const { place } = await testFolder('unknown-keys');

/** A key of a later release, in the config of a network. */
async function withNovelty(config: string): Promise<void> {
  const known = JSON.parse(await readFile(config, 'utf8')) as object;
  await writeFile(config, JSON.stringify({ ...known, novelty: 1 }));
}

await saveModel(place('model'), { model: tinyModel({ classes: 2 }) });
await saveModel(place('weak'), { model: tinyModel({ classes: 2, seed: 2 }) });
for (const folder of ['model', 'weak']) await withNovelty(place(`${folder}/unet/config.json`));
await writePng(place('a.png'), { width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(90) });
await writeFile(place('x.safetensors'), writeSafetensors(new Map([['x', floats([1, 3, 8, 8])]])));

const quick = ['--steps', '2', '--threads', '1'] as const;
const note = (folder: string): string =>
  `Note: ${place(folder)}/unet/config.json: UNet2DModel config has no key "novelty": it is ignored.\n`;
const [ofModel, ofWeak] = [note('model'), note('weak')];
const [model, pictures] = [place('model'), place('a.png')];

const guiding = ['--class', 'class 0', '--guidance', '2', '--guidance-method', 'autoguidance', '--weak-model'];
await cli('edit', pictures, '--model', model, ...quick, ...guiding, place('weak'), '-o', place('guided.png'), '-q');

/** Every command that opens models; some end right behind that, which is soon enough. */
const lines: Readonly<Record<string, readonly [argv: readonly string[], notes: string]>> = {
  sample: [['--model', model, '-n', '1', ...quick, '-o', place('drawn.png')], ofModel],
  edit: [[pictures, '--model', model, ...quick, '-o', place('edited.png')], ofModel],
  invert: [[pictures, '--model', model, ...quick, '-o', place('inverted.png')], ofModel],
  translate: [
    [pictures, '--model', model, '--target-model', place('weak'), '--from', 'class 0', ...quick, '-o', place('t.png')],
    ofModel + ofWeak,
  ],
  replay: [[place('guided.png')], ofModel + ofWeak],
  eval: [['--model', model, '--data', place('none')], ofModel],
  plot: [['samples', model], ofModel],
  directions: [['--model', model, '--data', place('none')], ofModel],
  inspect: [[model], ofModel],
  forward: [[model, '--in', place('x.safetensors'), '--out', place('y.safetensors')], ofModel],
  demo: [['--model', model, '--out', join(pictures, 'demo')], ofModel],
};

/** Networks that `train` and `bench` have are made, not opened. */
const openNothing = ['train', 'bench'];

test('every command that opens a model is among these', () => {
  assert.deepEqual([...Object.keys(lines), ...openNothing].sort(), [...commands.names].sort());
});

for (const [command, [argv, notes]] of Object.entries(lines)) {
  test(`${command} tells of keys in a config that it does not know, and once`, async () => {
    const { stderr } = await cli(command, ...argv);
    assert.equal(stderr.match(/^Note: .*"novelty".*\n/gm)?.join(''), notes, stderr);
  });
}

test('with --json they are warnings', async () => {
  const told = events(await cli('inspect', model, '--json')).filter(({ event }) => event === 'warning');
  assert.deepEqual(told, [{ event: 'warning', text: ofModel.slice('Note: '.length, -1) }]);
});

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { floats } from '../src/core/index.js';
import { writeNpy, writePng } from '../src/files/index.js';
import { cli, events, testFolder } from './cli-harness.js';
import { brief, writePictures } from './cli-pictures.js';

const { place, plain } = await testFolder('train-data');

/** The settled plan of a training that is not done. */
async function plan(...argv: readonly string[]) {
  const { code, stdout, stderr } = await cli('train', ...argv, '--dry-run', '-q');
  assert.equal(code, 0, stderr);
  return { ...JSON.parse(stdout), stderr: plain(stderr) };
}

test('all that could not be read is named: in an event, and in a file of the run that the remark points to', async () => {
  const mixed = place('mixed');
  await writePictures(mixed, { count: 4 });
  for (const name of ['a.png', 'b.jpg', 'c.gif', 'd.webp', 'e.bmp']) await writeFile(join(mixed, name), 'no picture');
  const argv = brief(mixed, place('skipping'));
  const three = /^Note: ROOT\/mixed: skipped 5 pictures: a\.png \(.*\), b\.jpg \(.*\), c\.gif \(.*\), and 2 more/;
  const dry = await plan(...argv);
  assert.match(dry.stderr, new RegExp(`${three.source} that --json names\\.\\n$`));
  assert.ok(!existsSync(place('skipping')), 'a dry run makes nothing');
  const told = await cli('train', ...argv, '--steps', '1', '--json');
  assert.equal(told.code, 0, told.stderr);
  const event = events(told).find(({ event }) => event === 'skipped')!;
  const pictures = event['pictures'] as readonly { readonly name: string; readonly reason: string }[];
  assert.deepEqual(
    pictures.map(({ name }) => name),
    ['a.png', 'b.jpg', 'c.gif', 'd.webp', 'e.bmp'],
  );
  const file = join(place('skipping'), 'skipped.txt');
  assert.equal(readFileSync(file, 'utf8'), pictures.map(({ name, reason }) => `${name}: ${reason}\n`).join(''));
  const again = await cli('train', '--out', place('skipping'), '--resume', '--steps', '2', '--threads', '1', '-q');
  assert.match(
    plain(again.stderr),
    new RegExp(`${three.source}\\. All are named in ROOT/skipping/skipped\\.txt\\.\\n$`),
  );
});

test('--channels auto: one where no picture has colour, and a run goes on with as many as it began with', async () => {
  const grey = place('grey');
  for (let i = 0; i < 4; i++) {
    await writePng(join(grey, `${i}.png`), { width: 8, height: 8, channels: 1, data: new Uint8Array(64).fill(40 * i) });
  }
  assert.equal((await plan(...brief(grey, place('x')))).network.in_channels, 1);
  assert.equal((await plan(...brief(grey, place('x')), '--channels', 'rgb')).network.in_channels, 3);
  await cli('train', ...brief(grey, place('once')), '--channels', 'rgb', '--steps', '1', '-q');
  const file = join(place('once'), 'config.json'); // as a run of the time when auto was always rgb
  await writeFile(file, readFileSync(file, 'utf8').replace('"channels": "rgb"', '"channels": "auto"'));
  const { code, stderr } = await cli(
    ...['train', '--out', place('once'), '--resume', '--steps', '2', '--threads', '1', '-q'],
  );
  assert.deepEqual([code, stderr], [0, '']);
});

test('a network or a size that does not fit is told before data is looked at', async () => {
  const nowhere = ['--data', `mnist:${place('nowhere')}`];
  const refusal = async (...argv: readonly string[]) => (await cli('train', ...nowhere, ...argv)).stderr;
  assert.equal(
    await refusal('--size', '17'),
    'Error: preset medium: size must be a multiple of 4, got 17. Choose 20.\n',
  );
  assert.match(await refusal('--model', 'tinny'), /^Error: Unknown model preset "tinny"\. Did you mean "tiny"\?/);
  assert.match(await refusal('--size', '32'), /^Error: mnist: there is no directory/);
});

test('data sets take their options behind commas', async () => {
  const clear = place('clear');
  for (let i = 0; i < 4; i++) {
    await writePng(join(clear, `${i}.png`), { width: 8, height: 8, channels: 4, data: new Uint8Array(256) });
  }
  const { data } = await plan(...brief(`${clear},license=CC0-1.0,colour=rgb`, place('x')));
  assert.deepEqual([data.name, data.channels, data.sources[0].license], [clear, 3, 'CC0-1.0']);
  const wrong = await cli('train', '--data', `${clear},backgroud=black`, '--size', '8');
  assert.equal(
    wrong.stderr,
    'Error: folder has no option backgroud. Did you mean "background"? It has: directory, colour, background, mirrorable, license.\n',
  );
});

test('floats between 0 and 1 are read as signed, with a remark', async () => {
  const file = place('x.npy');
  await writeNpy(file, floats([4, 8, 8], new Float32Array(256).fill(0.5)));
  const signed = await plan(...brief(file, place('x')).filter((word) => word !== '--size' && word !== '8'));
  assert.equal(
    signed.stderr,
    'Note: ROOT/x.npy: all numbers lie in [0, 1] and are read as of [-1, 1], 0 as grey. Where 0 is black, say range=unit: ROOT/x.npy,range=unit.\n',
  );
  const unit = await plan(
    ...brief(`${file},range=unit`, place('x')).filter((word) => word !== '--size' && word !== '8'),
  );
  assert.equal(unit.stderr, '');
});

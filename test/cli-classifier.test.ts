import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { countParams } from '../src/nn/index.js';
import { loadClassifier, loadModel } from '../src/pipelines/index.js';
import { cli, events } from './cli-harness.js';
import { brief, writePictures } from './cli-pictures.js';

const root = await mkdtemp(join(tmpdir(), 'langevin-classifier-'));
after(() => rm(root, { recursive: true, force: true }));
const place = (name: string): string => join(root, name);
await writePictures(place('pictures'));

const usual = brief(place('pictures'), place('run')).filter(
  (word, i, all) => word !== '--model' && all[i - 1] !== '--model',
);
const train = (out: string, ...argv: readonly string[]) =>
  cli('train', '--task', 'classifier', ...usual, '--out', place(out), ...argv);

suite('train --task classifier', async () => {
  const outcome = await train('run', '--steps', '4', '--validate-every', '2', '--json');

  test('ends well and leaves a classifier with a card', async () => {
    assert.deepEqual([outcome.code, outcome.stderr], [0, '']);
    const { step, samples } = events(outcome).at(-1)!;
    assert.deepEqual([step, samples], [4, null]);
    const model = await loadClassifier(place('run'));
    assert.deepEqual(model.classes, ['left', 'right']);
    assert.equal(model.values.size > 10 && countParams(model.network.params) > 1000, true);
    const card = readFileSync(place('run/model/README.md'), 'utf8');
    assert.match(card, /langevin train --task classifier/);
    assert.match(card, /tags: \[image-classification, langevin\]/);
  });

  test('is the same after a resume as without a stop', async () => {
    const weights = (name: string) => readFileSync(place(`${name}/checkpoints/step-000000004/ema.safetensors`));
    await train('whole', '--steps', '4', '--curve', 'constant', '-q');
    await train('two', '--steps', '2', '--curve', 'constant', '-q');
    await cli('train', '--out', place('two'), '--resume', '--steps', '4', '--threads', '1', '-q');
    assert.ok(weights('whole').equals(weights('two')));
  });

  test('says what it cannot do', async () => {
    const refused = async (argv: readonly string[], code: number, message: string): Promise<void> => {
      const result = await train('none', ...argv, '-q');
      assert.deepEqual([result.code, result.stderr.replaceAll(root, 'ROOT')], [code, `Error: ${message}\n`]);
      assert.ok(!existsSync(place('none')));
    };
    await refused(
      ['--schedule', 'linear'],
      2,
      'train: --schedule is for models that draw, and --task classifier trains none. Leave it out.',
    );
    await refused(
      ['--model', 'tiny'],
      2,
      'train: --model of a classifier is the config.json of one, got tiny. Leave it out for the usual.',
    );
    await assert.rejects(loadModel(place('run')), { code: 'bad-config' });
    await assert.rejects(loadClassifier(place('pictures')), { code: 'no-model' });
  });
});

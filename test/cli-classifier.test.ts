import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { countParams } from '../src/nn/index.js';
import { loadClassifier, loadModel } from '../src/pipelines/index.js';
import { cli, events } from './cli-harness.js';
import { pictureFolder } from './cli-pictures.js';

const { place, plain, options } = await pictureFolder('classifier');

const usual = options('run').filter((word, i, all) => word !== '--model' && all[i - 1] !== '--model');
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
      assert.deepEqual([result.code, plain(result.stderr)], [code, `Error: ${message}\n`]);
      assert.ok(!existsSync(place('none')));
    };
    await refused(
      ['--prediction', 'v'],
      2,
      'train: --prediction is for models that draw, and --task classifier trains none. Leave it out.',
    );
    await refused(
      ['--schedule', 'linear'],
      2,
      'train: --schedule is about noise, and this classifier sees none. Add --noise-aware, or leave it out.',
    );
    await refused(
      ['--noise-aware', '--levels', 'loss-second-moment'],
      2,
      'train: --levels loss-second-moment goes by the losses of models that draw. Choose another.',
    );
    await refused(
      ['--attributes', 'tone'],
      2,
      'train: --attributes is for --target attributes. Add that, or leave it out.',
    );
    await refused(
      ['--target', 'attributes'],
      1,
      'ROOT/pictures has no attribute that 8 training pictures have and 8 have not. Take more or other data.',
    );
    await refused(
      ['--task', 'denoise', '--noise-aware'],
      2,
      'train: --noise-aware is for --task classifier. Leave it out.',
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

suite('train --task classifier --noise-aware', async () => {
  const noisy = ['--noise-aware', '--schedule', 'linear', '--curve', 'constant', '--weights', 'f16'];
  const outcome = await train('aware', ...noisy, '--steps', '4', '--validate-every', '4', '--json');

  test('leaves a classifier that says which noise it knows', async () => {
    assert.deepEqual([outcome.code, outcome.stderr], [0, '']);
    const model = await loadClassifier(place('aware'));
    assert.equal(model.network.config.noise_conditional, true);
    assert.ok(model.scheme && 'schedule' in model.scheme.grid, 'no schedule');
    assert.equal(model.scheme.grid.schedule, 'linear');
    const { heldOut } = events(outcome).at(-1)! as { heldOut: Record<string, number[]> };
    assert.deepEqual([heldOut['byLevel']!.length, heldOut['accuracyByLevel']!.length], [10, 10]);
    const card = readFileSync(place('aware/model/README.md'), 'utf8');
    assert.match(card, /## Held-out accuracy by noise level/);
    assert.match(card, /langevin train --task classifier --noise-aware .*--schedule linear/);
    assert.match(card, /\| Weights stored as \| F16 \|/);
  });

  test('is the same after a resume as without a stop', async () => {
    await train('first', ...noisy, '--steps', '2', '-q');
    await cli('train', '--out', place('first'), '--resume', '--steps', '4', '--threads', '1', '-q');
    const weights = (name: string) => readFileSync(place(`${name}/checkpoints/step-000000004/ema.safetensors`));
    assert.ok(weights('aware').equals(weights('first')), 'weights differ');
  });
});

suite('train --task classifier --target attributes', () => {
  const faces = ['--data', 'emoji:noto/faces', '--size', '8', '--target', 'attributes'];

  test('tells the attributes that were asked for', async () => {
    const learn = ['--attributes', 'mouth:smile,eyes', '--steps', '2', '--validate-every', '2', '--json'];
    const outcome = await train('faces', ...faces, ...learn);
    assert.deepEqual([outcome.code, outcome.stderr], [0, '']);
    const model = await loadClassifier(place('faces'));
    assert.deepEqual([model.classes, model.network.config.target], [['eyes:closed', 'mouth:smile'], 'attributes']);
    const { heldOut } = events(outcome).at(-1)! as { heldOut: { attributes: { name: string; present: number }[] } };
    assert.deepEqual(
      heldOut.attributes.map(({ name, present }) => present > 0 && name),
      model.classes,
    );
    assert.match(readFileSync(place('faces/model/README.md'), 'utf8'), /\| mouth:smile \| \d+ \| \d+ \| /);
  });

  test('names that do not exist, or that are too rare, are told', async () => {
    const refused = async (list: string, sentence: RegExp): Promise<void> => {
      const { code, stderr } = await train('none', ...faces, '--attributes', list, '-q');
      assert.equal(code, 2, stderr);
      assert.match(stderr, sentence);
    };
    await refused('mouth:smil', /there is no attribute or kind "mouth:smil"\. Did you mean "mouth:smile"\? Kinds: /);
    await refused('eyes:hearts', /only \d training pictures tell "eyes:hearts" apart, and 8 are needed\. Kinds: /);
  });
});

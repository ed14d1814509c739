import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { cp, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { presetConfig } from '../src/nn/index.js';
import { type DiffusionModel, deepen, loadModel, retarget } from '../src/pipelines/index.js';
import { cli, trainedState } from './cli-harness.js';
import { pictureFolder, writePictures } from './cli-pictures.js';

const { data, place, plain, options } = await pictureFolder('fine-tuning');
/** The same pictures, twice the size. */
const larger = place('larger');
await writePictures(larger, { size: 16 });

const text = (name: string): string => readFileSync(place(name), 'utf8');

async function trained(...argv: readonly string[]): Promise<void> {
  const { code, stderr } = await cli('train', ...argv, '--threads', '1', '-q');
  assert.deepEqual([code, stderr], [0, '']);
}

/** Options of a run that begins with a model. */
const from = (model: string, run: string, pictures = data): readonly string[] => [
  ...['--data', pictures, '--from', place(model), '--batch', '4', '--warmup', '2'],
  ...['--preview-every', '0', '--validate-every', '0', '--out', place(run)],
];

await trained(...options('base'), '--steps', '3', '--prediction', 'epsilon', '--schedule', 'linear');
await trained(...options('none'), '--steps', '2', '--condition', 'none');
await writeFile(
  place('waves.json'),
  JSON.stringify({ ...presetConfig('tiny', { classes: 2 }), time_embedding_type: 'fourier' }),
);
const waves = ['--model', place('waves.json'), '--schedule', 've', '--prediction', 'score', '--condition', 'class'];
await trained(...options('waves'), ...waves, '--steps', '2', '--seed', '9');

suite('train --from', () => {
  test('begins with the weights of the model: where nothing is learnt, it is that model', async () => {
    await trained(...from('base', 'still'), '--steps', '1', '--lr', '0', '--weight-decay', '0');
    const [before, after] = [await loadModel(place('base')), await loadModel(place('still'))];
    assert.deepEqual(after.values, before.values);
    assert.deepEqual([after.scheme, after.classes, after.config], [before.scheme, before.classes, before.config]);
  });

  test('has the schedule, prediction, size and colours of the model, and a fifth of the usual rate', async () => {
    await trained(...from('base', 'tuned'), '--steps', '2');
    const plan = JSON.parse(text('tuned/config.json'));
    assert.deepEqual(
      [plan.scheme.grid.schedule, plan.scheme.prediction, plan.options.prediction, plan.data.size, plan.options.lr],
      ['linear', 'epsilon', 'epsilon', 8, 0.0002],
    );
    assert.deepEqual(plan.from, { model: place('base'), hash: (await loadModel(place('base'))).hash });
  });

  test('the card says with what it began, and gives a command that does the same', async () => {
    const card = text('tuned/model/README.md');
    assert.match(card, /fine-tuned on 40 pictures/);
    assert.match(
      plain(card),
      /\| Predicts \| epsilon, linear schedule \|\n\| Begun with \| ROOT\/base, weights [0-9a-f]{12} \|/,
    );
    assert.match(
      plain(card),
      /- What ROOT\/base was trained on, whose licences hold for what was made of it: see its card/,
    );
    const command = /^langevin train (.*)$/m.exec(card)![1]!.split(' ');
    await trained(...command, '--out', place('again'));
    assert.deepEqual(trainedState(place('again'), 2), trainedState(place('tuned'), 2));
  });

  for (const name of ['base', 'waves']) {
    test(`is the same after a resume as without a stop, though the model is gone: ${name}`, async () => {
      await trained(...from(name, `${name}-4`), '--curve', 'constant', '--steps', '4');
      await trained(...from(name, `${name}-2`), '--curve', 'constant', '--steps', '2');
      assert.equal(existsSync(place(`${name}-2/frozen.safetensors`)), name === 'waves');
      await rename(place(name), place('gone'));
      await trained('--out', place(`${name}-2`), '--resume', '--steps', '4');
      await rename(place('gone'), place(name));
      assert.deepEqual(trainedState(place(`${name}-2`), 4), trainedState(place(`${name}-4`), 4));
      const [one, other] = [await loadModel(place(`${name}-2`)), await loadModel(place(`${name}-4`))];
      assert.deepEqual(one.values, other.values);
      const waves = (model: DiffusionModel) => model.values.get('time_proj.weight');
      assert.deepEqual(waves(one), waves(await loadModel(place(name))));
    });
  }

  test('takes over what was learnt of classes by their names, and begins new ones as any class', async () => {
    const renamed = place('renamed');
    await cp(data, renamed, { recursive: true });
    await rename(join(renamed, 'left'), join(renamed, 'up'));
    await trained(...from('base', 'classes', renamed), '--steps', '1', '--lr', '0', '--weight-decay', '0');
    const [before, after] = [await loadModel(place('base')), await loadModel(place('classes'))];
    assert.deepEqual(after.classes, ['right', 'up']);
    assert.deepEqual(after.values, retarget(before, { classes: after.classes }).values);
  });

  test('classes come and go, and so does the size', async () => {
    await trained(...from('none', 'with'), '--steps', '1');
    await trained(...from('base', 'without', larger), '--size', '16', '--condition', 'none', '--steps', '1');
    const [with_, without] = [await loadModel(place('with')), await loadModel(place('without'))];
    assert.deepEqual([with_.classes, without.classes], [['left', 'right'], null]);
    assert.deepEqual(
      [with_.config, without.config].map((config) => 'sample_size' in config && config.sample_size),
      [8, 16],
    );
  });
});

suite('train --from --layers', () => {
  test('begins with a deeper network that draws the same, and trains all of it', async () => {
    const deeper = ['--layers', '2', '--curve', 'constant'];
    await trained(...from('base', 'deep'), ...deeper, '--steps', '1', '--lr', '0', '--weight-decay', '0');
    const [before, after] = [await loadModel(place('base')), await loadModel(place('deep'))];
    assert.deepEqual(after.values, deepen(before, 2).values);
    await trained(...from('base', 'twice'), ...deeper, '--steps', '3');
    const learnt = await loadModel(place('twice'));
    const end = 'down_blocks.0.resnets.1.conv2.weight';
    assert.ok(after.values.get(end)!.data.every((value) => value === 0));
    assert.ok(learnt.values.get(end)!.data.some((value) => value !== 0));
  });

  test('is the same after a resume as without a stop', async () => {
    const deeper = ['--layers', '2', '--curve', 'constant'];
    await trained(...from('base', 'part'), ...deeper, '--steps', '1');
    await trained('--out', place('part'), '--resume', '--steps', '3');
    assert.deepEqual(trainedState(place('part'), 3), trainedState(place('twice'), 3));
  });
});

suite('train --from goes on with every kind of model: where nothing is learnt, it is that model', () => {
  const kinds: Readonly<Record<string, readonly [base: readonly string[], more?: readonly string[]]>> = {
    'learned schedule': [['--schedule', 'learned']],
    'self-conditioning': [['--self-conditioning']],
    'learned variance': [
      ['--loss', 'hybrid'],
      ['--loss', 'hybrid'],
    ],
    'preconditioned as EDM': [['--precondition', 'edm', '--weighting', 'edm', '--levels', 'log-normal']],
    flow: [['--schedule', 'straight', '--prediction', 'flow']],
    'told a picture': [['--condition', 'image:super-resolution:factor=2']],
  };
  for (const [name, [base, more = []]] of Object.entries(kinds)) {
    test(name, async () => {
      await trained(...options(name), ...base, '--steps', '2');
      await trained(...from(name, `${name}-still`), ...more, '--steps', '1', '--lr', '0', '--weight-decay', '0');
      const [before, after] = [await loadModel(place(name)), await loadModel(place(`${name}-still`))];
      assert.deepEqual(after.values, before.values);
      assert.deepEqual([after.scheme, after.condition], [before.scheme, before.condition]);
    });
  }
});

suite('train --from refuses, before anything is written,', () => {
  const refusals: Readonly<Record<string, readonly [message: string, more: readonly string[], pictures?: string]>> = {
    'options that the model has settled': [
      'train: --from ROOT/base has settled --schedule. Leave it out.',
      ['--schedule', 'cosine'],
    ],
    'another prediction': ['train: --prediction of --from ROOT/base is epsilon. Leave it out.', ['--prediction', 'v']],
    'a condition that it has no layers for': [
      'train: --condition image:colour is not for --from ROOT/base, which has no layers for that. Leave it out.',
      ['--condition', 'image:colour'],
    ],
    'a loss that asks for a variance it does not say': [
      'train: --from ROOT/base answers with 3 channels, where the loss needs 6. Choose another --loss than hybrid or vlb.',
      ['--loss', 'hybrid'],
    ],
    'fewer layers than it has': [
      'train: --from ROOT/twice has 2 residual blocks in every level. Choose --layers 2 or more.',
      ['--from', place('twice'), '--layers', '1'],
    ],
    points: ['train: --from ROOT/base draws pictures, and 2d:moons is points. Choose other data.', [], '2d:moons'],
    'pictures of other colours': [
      'train: --from ROOT/base draws 3 channels, and the pictures of ROOT/pictures have 1. ' +
        'Choose other data, or its colours with --channels.',
      ['--channels', 'grey'],
    ],
    'a classifier': [
      'train: --from is for models that draw, and --task classifier trains none. Leave it out.',
      ['--task', 'classifier'],
    ],
  };
  for (const [name, [message, more, pictures]] of Object.entries(refusals)) {
    test(name, async () => {
      const argv = [...from('base', 'odd', pictures), ...more];
      const { code, stderr } = await cli('train', ...argv, '--steps', '1', '--threads', '1', '-q');
      assert.equal(plain(stderr), `Error: ${message}\n`);
      assert.deepEqual([code, existsSync(place('odd'))], [2, false]);
    });
  }

  test('--layers without it', async () => {
    const { code, stderr } = await cli('train', ...options('odd'), '--layers', '2', '--steps', '1', '-q');
    assert.equal(stderr, 'Error: train: --layers adds to the network of --from MODEL. Add that, or leave it out.\n');
    assert.deepEqual([code, existsSync(place('odd'))], [2, false]);
  });

  test('what is no model', async () => {
    const { code, stderr } = await cli('train', ...from('nowhere', 'odd'), '--steps', '1', '-q');
    assert.match(plain(stderr), /^Error: .*ROOT\/nowhere/);
    assert.deepEqual([code, existsSync(place('odd'))], [1, false]);
  });
});

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { optimizers } from '../src/training/index.js';
import { cli } from './cli-harness.js';
import { pictureFolder } from './cli-pictures.js';

const { place, plain, options } = await pictureFolder('optimizers');

async function done(...argv: readonly string[]): Promise<void> {
  const { code, stderr } = await cli('train', ...argv, '-q');
  assert.deepEqual([code, stderr], [0, '']);
}

const resumed = (name: string, ...argv: readonly string[]) =>
  cli('train', '--out', place(name), '--resume', '--threads', '1', ...argv, '-q');

/** Every file of a checkpoint but its note of times, by name. */
function state(name: string, step: number): Readonly<Record<string, string>> {
  const folder = join(place(name), 'checkpoints', `step-${String(step).padStart(9, '0')}`);
  const files = readdirSync(folder).filter((file) => file.endsWith('.safetensors'));
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file)).toString('base64')]));
}

for (const name of optimizers.names) {
  suite(`train --optimizer ${name}`, () => {
    const [whole, half] = [`${name}-whole`, `${name}-half`];
    const more = ['--curve', 'constant', '--optimizer', name];

    test('goes on bit for bit after a stop', async () => {
      await done(...options(whole), ...more, '--steps', '4');
      await done(...options(half), ...more, '--steps', '2');
      const { code, stderr } = await resumed(half, '--steps', '4');
      assert.deepEqual([code, stderr], [0, '']);
      assert.deepEqual(state(half, 4), state(whole, 4));
      const slots = optimizers.get(name).definition.slots.map((slot) => `${slot}.safetensors`);
      assert.deepEqual(Object.keys(state(whole, 4)).sort(), [...slots, 'ema.safetensors', 'p.safetensors'].sort());
    });

    test('says in the card what moved the weights', () => {
      const card = readFileSync(join(place(whole), 'model', 'README.md'), 'utf8');
      assert.match(card, new RegExp(`\\| Optimiser \\| ${name}, learning rate 0\\.001 \\(constant\\)`));
      assert.equal(card.includes(`--optimizer ${name}`), name !== 'adamw');
    });

    test('does not go on with another', async () => {
      const other = name === 'adamw' ? 'muon' : 'adamw';
      const { code, stderr } = await resumed(whole, '--optimizer', other, '--steps', '9');
      assert.equal(code, 2);
      assert.ok(
        plain(stderr).startsWith(`Error: train: --optimizer of a run cannot change, it was "${name}".`),
        stderr,
      );
    });

    test('trains classifiers', async () => {
      const run = `${name}-classifier`;
      const brief = ['--size', '8', '--batch', '4', '--threads', '1', '--validate-every', '0', '--out', place(run)];
      await done('--task', 'classifier', '--data', place('pictures'), ...brief, ...more, '--steps', '2');
      assert.match(readFileSync(join(place(run), 'model', 'README.md'), 'utf8'), new RegExp(`Optimiser \\| ${name},`));
    });
  });
}

test('options after the name are those of the optimiser, and its weight decay is the one that counts', async () => {
  const decayed = async (run: string, ...argv: readonly string[]): Promise<string> => {
    await done(...options(run), '--steps', '2', ...argv);
    return state(run, 2)['p.safetensors']!;
  };
  const usual = await decayed('usual', '--weight-decay', '0.5');
  assert.equal(await decayed('own', '--optimizer', 'adamw:weightDecay=0.5'), usual);
  assert.notEqual(await decayed('other', '--optimizer', 'adamw:weightDecay=0.5,beta1=0.5'), usual);
});

test('a run of the time before there was a choice goes on with AdamW', async () => {
  await done(...options('old'), '--steps', '2', '--curve', 'constant');
  const config = join(place('old'), 'config.json');
  const plan = JSON.parse(readFileSync(config, 'utf8')) as { options: Record<string, unknown> };
  delete plan.options['optimizer'];
  await writeFile(config, JSON.stringify(plan));
  const { code, stderr } = await resumed('old', '--steps', '4');
  assert.deepEqual([code, stderr], [0, '']);
  assert.deepEqual(state('old', 4), state('adamw-whole', 4));
});

suite('what is no optimiser is one sentence, and nothing on disk', () => {
  for (const [text, message] of [
    ['muom', 'Unknown optimizer "muom". Did you mean "muon"? Known: adamw, muon.'],
    [
      'muon:momentun=0.9',
      'train: --optimizer: muon has no option momentun. Did you mean "momentum"? It has: momentum, iterations, beta1, beta2, eps, weightDecay.',
    ],
    ['muon:momentum=2', 'train: --optimizer: muon: momentum must be a number in [0, 0.999999], got 2.'],
    ['adamw:0.9', 'train: --optimizer adamw takes options as name=value, joined by commas, got "0.9".'],
  ] as const) {
    for (const task of ['denoise', 'classifier']) {
      test(`${text} of a ${task}`, async () => {
        const { code, stderr } = await cli('train', ...options('refused'), '--task', task, '--optimizer', text, '-q');
        assert.equal(plain(stderr), `Error: ${message}\n`);
        assert.equal(code, 2);
        assert.ok(!existsSync(place('refused')));
      });
    }
  }
});

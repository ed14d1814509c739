import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { datasets, transforms } from '../src/data/index.js';
import { type GridConfig, gridFromConfig } from '../src/diffusion/index.js';
import { readNdjson, readRecipe, takeLock } from '../src/files/index.js';
import { presetConfig, presets, readSafetensors, writeSafetensors } from '../src/nn/index.js';
import { readScheme } from '../src/pipelines/index.js';
import { checkpointSteps } from '../src/training/index.js';
import { cli, events, seen, start, trainedState } from './cli-harness.js';
import { brief, pictureFolder, writePictures } from './cli-pictures.js';

const usages = Object.values(datasets.entries).map(({ usage }) => usage);

const { data, place, plain, options } = await pictureFolder('train');

async function refused(code: number, argv: readonly string[], message: string): Promise<void> {
  const outcome = await cli('train', ...argv);
  assert.equal(plain(outcome.stderr), `Error: ${message}\n`);
  assert.deepEqual([outcome.code, outcome.stdout], [code, '']);
}

suite('a run', async () => {
  const length = ['--steps', '12', '--checkpoint-every', '4', '--keep', '2'];
  const outcome = await cli(
    ...['train', ...options('whole'), ...length, '--preview-every', '5', '--validate-every', '6', '--json'],
  );
  const folder = place('whole');

  test('ends well, and stdout is nothing but events', () => {
    assert.deepEqual([outcome.code, outcome.stderr], [0, '']);
    const all = events(outcome);
    const kinds = new Set(all.map(({ event }) => event));
    for (const kind of ['note', 'start', 'step', 'preview', 'checkpoint', 'progress', 'result'])
      assert.ok(kinds.has(kind), kind);
    const { command, step, out } = all.at(-1)!;
    assert.deepEqual([command, step, out], ['train', 12, folder]);
  });

  test('has its folder', () => {
    const names = readdirSync(folder).filter((name) => !name.startsWith('events.out.tfevents.'));
    assert.deepEqual(names.sort(), ['checkpoints', 'config.json', 'metrics.jsonl', 'model', 'samples']);
    assert.equal(readdirSync(folder).length, names.length + 1);
    assert.deepEqual(readdirSync(join(folder, 'samples')), ['final.png', 'step-000000005.png', 'step-000000010.png']);
    assert.deepEqual(readdirSync(join(folder, 'checkpoints')), ['step-000000008', 'step-000000012']);
    assert.deepEqual(readdirSync(join(folder, 'model')).sort(), [
      ...['README.md', 'classes.json', 'model_index.json', 'samples.png', 'scheduler', 'unet'],
    ]);
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    assert.deepEqual(config.data.classes, ['left', 'right']);
    assert.equal(config.options.batch, 4);
    assert.equal(config.network.num_class_embeds, 3);
  });

  test('has metrics, and recipes in its pictures', async () => {
    const records = await readNdjson<Record<string, number>>(join(folder, 'metrics.jsonl'));
    assert.deepEqual(
      records.filter((record) => 'loss' in record).map(({ step }) => step),
      [10, 12],
    );
    for (const { loss, norm, lr } of records.filter((record) => 'loss' in record)) {
      assert.ok(loss! > 0 && norm! > 0 && lr! > 0);
    }
    const recipe = (await readRecipe(join(folder, 'samples', 'final.png'))) as Record<string, unknown>;
    assert.deepEqual([recipe['step'], recipe['seed']], [12, 0]);
  });

  test('can be inspected', async () => {
    const { code, stdout } = await cli('inspect', folder);
    assert.equal(code, 0);
    assert.match(stdout, /Network +U-Net for 8 × 8 × 3, 2 classes/);
    assert.match(stdout, /Trained +12 steps/);
    assert.match(stdout, /Checkpoints +step 8, step 12/);
    const [result] = events(await cli('inspect', folder, '--json', '--graph'));
    assert.equal(
      (result!['parts'] as { parameters: number }[]).reduce((sum, part) => sum + part.parameters, 0),
      result!['parameters'],
    );
    assert.match(result!['graph'] as string, /conv2d\(x, conv_in\.weight, conv_in\.bias\)/);
    assert.match((await cli('inspect', folder, '--card')).stdout, /^# .*pictures, 8 × 8$/m);
  });

  test('is not overwritten', async () => {
    const message = 'ROOT/whole holds a run already, at step 12. Continue it with --resume, or choose another --out.';
    await refused(1, ['-q', ...options('whole'), ...length], message);
  });

  test('can be made longer, and then says so', async () => {
    const { code, stderr } = await cli('train', '--out', folder, '--resume', '--steps', '14', '--threads', '1');
    assert.equal(code, 0);
    assert.match(plain(stderr), /Continuing ROOT\/whole from step 12\./);
    assert.deepEqual(await checkpointSteps(join(folder, 'checkpoints')), [12, 14]);
  });
});

test('2N steps equal N steps, kill -9 and N steps, bit for bit', async () => {
  const length = ['--steps', '40', '--checkpoint-every', '10', '--dropout', '0.1', '--accumulate', '2'];
  const child = start('train', ...options('killed'), ...length, '--json');
  await seen(child, /"event":"checkpoint"/);
  child.kill('SIGKILL');
  assert.equal((await child.ended).code, 137);
  const steps = await checkpointSteps(join(place('killed'), 'checkpoints'));
  assert.ok(steps.at(-1)! >= 10 && steps.at(-1)! < 40, `killed after checkpoints ${steps.join(', ')}`);

  const resumed = await cli('train', '--out', place('killed'), '--resume', '--threads', '1');
  assert.equal(resumed.code, 0, resumed.stderr);
  const whole = await cli('train', ...options('unbroken'), ...length);
  assert.equal(whole.code, 0, whole.stderr);
  assert.deepEqual(trainedState(place('killed'), 40), trainedState(place('unbroken'), 40));
  const weights = (name: string) => readFileSync(join(place(name), 'model/unet/diffusion_pytorch_model.safetensors'));
  assert.ok(weights('killed').equals(weights('unbroken')));
  const lines = await readNdjson<{ step: number; loss?: number }>(join(place('killed'), 'metrics.jsonl'));
  assert.deepEqual(
    lines.filter((line) => line.loss !== undefined).map(({ step }) => step),
    [10, 20, 30, 40],
  );
});

test('Ctrl-C saves and exits 130; the run goes on where it stood', async () => {
  const child = start('train', ...options('stopped'), '--steps', '100000', '--json');
  await seen(child, /"event":"step","step":10,/);
  child.kill('SIGINT');
  const outcome = await child.ended;
  assert.deepEqual([outcome.code, outcome.stderr], [130, '']);
  const [step] = await checkpointSteps(join(place('stopped'), 'checkpoints'));
  assert.deepEqual(events(outcome).at(-1), { event: 'interrupted', command: 'train', out: place('stopped'), step });
  assert.ok(step! >= 10);
  assert.ok(existsSync(join(place('stopped'), 'model', 'README.md')));
  assert.ok(!existsSync(join(place('stopped'), 'lock.json')));
  const more = await cli(
    'train',
    '--out',
    place('stopped'),
    '--resume',
    '--steps',
    String(step! + 2),
    '--threads',
    '1',
  );
  assert.equal(more.code, 0, more.stderr);
});

test('a damaged checkpoint is set aside for the one before it', async () => {
  await cli('train', ...options('hurt'), '--steps', '4', '--checkpoint-every', '2', '-q');
  const checkpoints = join(place('hurt'), 'checkpoints');
  const file = join(checkpoints, 'step-000000004', 'p.safetensors');
  await writeFile(file, readFileSync(file).subarray(0, 500));
  const { code, stderr } = await cli('train', '--out', place('hurt'), '--resume', '--threads', '1');
  assert.equal(code, 0, stderr);
  const note = /Note: the checkpoint (\S+) is damaged and now (\S+); going on from step 2\. .*truncated/.exec(
    plain(stderr),
  );
  assert.deepEqual(
    note?.slice(1),
    ['', 'damaged-'].map((name) => `ROOT/hurt/checkpoints/${name}step-000000004`),
  );
  assert.deepEqual(await checkpointSteps(checkpoints), [2, 4]);
  const done = await cli('train', '--out', place('hurt'), '--resume', '--steps', '3', '--threads', '1', '-q');
  assert.match(plain(done.stdout), /^Nothing was trained: ROOT\/hurt is at step 4 of 3 already\./);
});

test('the levels of training can be told, and a resumed run keeps them', async () => {
  const own = ['--training-levels', '20', '--zero-terminal-snr', '--shift', '2'];
  await cli('train', ...options('levels'), ...own, '--steps', '1', '-q');
  const more = await cli('train', '--out', place('levels'), '--resume', '--steps', '2', '--threads', '1', '-q');
  assert.equal(more.stderr, '');
  const read = (file: string) => JSON.parse(readFileSync(join(place('levels'), file), 'utf8'));
  const grid = { schedule: 'cosine', options: {}, count: 20, zeroTerminalSnr: true, shift: 2 };
  assert.deepEqual(read('config.json').scheme.grid, grid);
  // As diffusers has no word for the shift, the model carries the betas themselves.
  const [wanted, written] = [grid, readScheme(read('model/scheduler/scheduler_config.json')).grid].map((config) => {
    const made = gridFromConfig(config as GridConfig);
    return Array.from({ length: 20 }, (_, i) => made.level(i).alpha);
  });
  const worst = Math.max(...written!.map((alpha, i) => Math.abs(alpha - wanted![i]!)));
  assert.ok(worst < 1e-9, `levels differ by ${worst}`);
});

test('two trainers cannot write one run', async () => {
  using _lock = takeLock(join(place('locked'), 'lock.json'));
  const { code, stderr } = await cli('train', ...options('locked'), '--steps', '1', '-q');
  assert.equal(code, 1);
  assert.match(
    plain(stderr),
    /^Error: ROOT\/locked\/lock\.json is held by this process \(\d+\), started .*\. Wait for it to end, or stop it\.\n$/,
  );
});

test('a loss that is no number ends the run, and no bad state is saved', async () => {
  await cli('train', ...options('wild'), '--steps', '2');
  const file = join(place('wild'), 'checkpoints', 'step-000000002', 'p.safetensors');
  const { tensors } = readSafetensors(readFileSync(file));
  (tensors.get('conv_out.bias')!.data as Float32Array)[0] = 1e30; // finite, and its square is not
  await writeFile(file, writeSafetensors(tensors));
  const argv = ['--out', place('wild'), '--resume', '--steps', '9', '--threads', '1', '-q'];
  const sentence = 'Training stopped at step 2: the loss is Infinity and the gradient norm Infinity.';
  await refused(1, argv, `${sentence} The last good state is kept; lower --lr or --clip and resume.`);
  assert.deepEqual(await checkpointSteps(join(place('wild'), 'checkpoints')), [2]);
});

suite('what is wrong is said before anything is done', () => {
  test('options', async () => {
    await refused(2, ['--steps', '0'], 'train: --steps must be an integer ≥ 1, got 0.');
    await refused(2, ['--lr', 'fast'], 'train: --lr must be a number in [0, 1], got "fast".');
    await refused(
      2,
      ['--curve', 'cosinus'],
      'train: --curve must be one of constant, cosine, got "cosinus". Did you mean "cosine"?',
    );
    await refused(2, ['--resume'], 'train: --resume needs --out RUN, the folder of the run to continue.');
    await refused(
      2,
      ['--data', 'emojy'],
      `Data "emojy" is neither a data set nor a file or directory here. Did you mean "emoji"? Known: ${usages.join(', ')}.`,
    );
    await refused(
      2,
      ['--data', 'emoji', '--channels', 'grey'],
      'train: --channels is for a directory of images; emoji has the colours it has.',
    );
    const given = ['-q', '--data', data, '--size', '8', '--out', place('never')];
    await refused(
      2,
      [...given, '--model', 'tinny'],
      `Unknown model preset "tinny". Did you mean "tiny"? Known: ${presets.names.join(', ')}.`,
    );
    await refused(
      2,
      [...given, '--augment', 'flip,flop'],
      `Unknown transform "flop". Did you mean "flip"? Known: ${transforms.names.join(', ')}.`,
    );
    await refused(1, [...given, '--model', place('no.json')], 'There is no file ROOT/no.json.');
    assert.ok(!existsSync(place('never')));
  });

  test('a run that is not there, or is to become another', async () => {
    await refused(
      1,
      ['--out', place('never'), '--resume'],
      'There is no run in ROOT/never: no config.json. Leave out --resume to start one.',
    );
    await cli('train', ...options('fixed'), '--steps', '1');
    await refused(
      2,
      ['--out', place('fixed'), '--resume', '--batch', '8'],
      'train: --batch of a run cannot change, it was 4. Leave it out, or start another run. These may change: ' +
        '--steps, --minutes, --lr, --clip, --curve, --warmup, --preview-every, --validate-every, --checkpoint-every, --keep, --weights.',
    );
  });

  test('--dry-run prints the settings and makes nothing', async () => {
    const { code, stdout } = await cli('train', ...options('dry'), '--dry-run', '--lr', '0.01');
    assert.equal(code, 0);
    const plan = JSON.parse(stdout);
    assert.deepEqual(
      [plan.out, plan.options.lr, plan.data.count, plan.network.sample_size],
      [place('dry'), 0.01, 40, 8],
    );
    assert.ok(!existsSync(place('dry')));
  });

  test("a network of one's own", async () => {
    const file = place('own.json');
    const saved = async (config: object): Promise<string> => {
      await writeFile(file, JSON.stringify(config));
      return file;
    };
    const plan = async (config: object, ...more: string[]) =>
      cli('train', ...options('own'), '--dry-run', '-q', '--model', await saved(config), ...more);
    const config = { ...presetConfig('tiny', { classes: 2 }), block_out_channels: [4, 8] };
    assert.deepEqual(JSON.parse((await plan(config)).stdout).network.block_out_channels, [4, 8]);
    const few = await plan({ ...config, num_class_embeds: 2 });
    const rows = (has: string): string =>
      `Error: ROOT/own.json: ${has}, and the data has 2 classes, which need one row each and one for "any class". ` +
      'Set num_class_embeds to 3, or train without classes by --condition none.\n';
    assert.equal(plain(few.stderr), rows('num_class_embeds is 2'));
    const { num_class_embeds: _, ...free } = config;
    const none = await cli('train', ...options('own'), '--model', await saved(free));
    assert.equal(plain(none.stderr), rows('there is no num_class_embeds'));
    assert.ok(!existsSync(place('own')), 'nothing is left of a run that was refused');
    assert.equal((await plan(free, '--condition', 'none')).code, 0);
    const grey = await plan(config, '--channels', 'grey');
    const colours = 'in_channels is 3, and the pictures have 1. Change one of them.';
    assert.equal(plain(grey.stderr), `Error: ROOT/own.json: ${colours}\n`);
  });

  test('pictures that cannot be read are named, and only all of them together are fatal', async () => {
    const mixed = place('mixed');
    await writePictures(mixed, { count: 4 });
    await writeFile(join(mixed, 'broken.png'), 'no picture');
    await writeFile(join(mixed, 'empty.jpg'), '');
    const { code, stderr } = await cli('train', ...brief(mixed, place('mixed-run')), '--dry-run', '-q');
    assert.equal(code, 0);
    assert.match(plain(stderr), /^Note: ROOT\/mixed: skipped 2 pictures: broken\.png \(.*\), empty\.jpg \(.*\)\.\n$/);
    const bad = place('bad');
    await mkdir(bad);
    await writeFile(join(bad, 'broken.png'), 'no picture');
    const fatal = await cli('train', ...brief(bad, place('bad-run')), '-q');
    assert.equal(fatal.code, 1);
    assert.match(plain(fatal.stderr), /^Error: folder: none of the 1 images in ROOT\/bad can be read\. /);
  });
});

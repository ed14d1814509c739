import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { pointSets } from '../src/data/index.js';
import { readNpy, readRecipe } from '../src/files/index.js';
import { mlpClassName, readSafetensors } from '../src/nn/index.js';
import { loadModel, saveModel } from '../src/pipelines/index.js';
import { cli, events, testFolder, trainedState } from './cli-harness.js';

const { place, plain } = await testFolder('points');

/** A training that takes a moment. */
const brief = (name: string): readonly string[] => [
  ...['--data', '2d:moons', '--model', 'mlp-small', '--batch', '32', '--warmup', '2', '--threads', '1'],
  ...['--out', place(name), '-q'],
];

async function refused(code: number, argv: readonly string[], message: string): Promise<void> {
  const outcome = await cli(...argv);
  assert.equal(plain(outcome.stderr), `Error: ${message}\n`);
  assert.deepEqual([outcome.code, outcome.stdout], [code, '']);
}

const trained = await cli('train', ...brief('run'), '--steps', '8', '--preview-every', '4', '--validate-every', '4');

suite('a run over points', () => {
  test('has the folder of every run, with a model of its own kind', async () => {
    assert.deepEqual([trained.code, trained.stderr], [0, '']);
    assert.deepEqual(readdirSync(join(place('run'), 'samples')), ['final.png', 'step-000000004.png']);
    assert.deepEqual(readdirSync(join(place('run'), 'model')).sort(), [
      ...['README.md', 'classes.json', 'denoiser', 'model_index.json', 'samples.png', 'scheduler'],
    ]);
    const read = (name: string): Record<string, unknown> =>
      JSON.parse(readFileSync(join(place('run'), 'model', name), 'utf8')) as Record<string, unknown>;
    assert.deepEqual(read('model_index.json')['denoiser'], ['langevin', mlpClassName]);
    const config = read('denoiser/config.json');
    assert.deepEqual([config['_class_name'], config['num_class_embeds']], [mlpClassName, 3]);
    const plan = JSON.parse(readFileSync(join(place('run'), 'config.json'), 'utf8'));
    assert.deepEqual([plan.options.lr, plan.options.augment, plan.scheme.limit], [0.008, 'none', null]);
    assert.match(
      readFileSync(join(place('run'), 'model', 'README.md'), 'utf8'),
      /MLP, 35,074 parameters, 2 blocks of width 64/,
    );
  });

  test('N steps, an end and N more equal 2N, bit for bit', async () => {
    const first = await cli('train', ...brief('parts'), '--steps', '4', '--curve', 'constant');
    assert.equal(first.code, 0, first.stderr);
    const second = await cli('train', '--out', place('parts'), '--resume', '--steps', '8', '--threads', '1', '-q');
    assert.equal(second.code, 0, second.stderr);
    const whole = await cli('train', ...brief('whole'), '--steps', '8', '--curve', 'constant');
    assert.equal(whole.code, 0, whole.stderr);
    assert.deepEqual(trainedState(place('parts'), 8), trainedState(place('whole'), 8));
  });

  test('is saved and loaded without a change', async () => {
    const model = await loadModel(place('run'));
    await saveModel(place('copy'), { model });
    const again = await loadModel(place('copy'));
    assert.deepEqual([again.config, again.scheme, again.classes], [model.config, model.scheme, model.classes]);
    assert.deepEqual(again.values, model.values);
    assert.equal((await loadModel(join(place('run'), 'model', 'denoiser'))).hash, model.hash);
    const { tensors } = readSafetensors(readFileSync(join(place('copy'), 'denoiser/model.safetensors')));
    assert.ok(tensors.has('blocks.0.proj_in.weight'));
  });

  test('is inspected', async () => {
    const { code, stdout } = await cli('inspect', place('run'));
    assert.equal(code, 0);
    assert.match(stdout, /Network {6}MLP for points of 2 numbers, 2 classes/);
    assert.match(stdout, /blocks\.1 +64/);
  });

  test('learns: the held-out loss falls', async () => {
    const run = await cli(
      'train',
      ...brief('longer'),
      '--steps',
      '100',
      '--validate-every',
      '50',
      '--preview-every',
      '0',
    );
    assert.equal(run.code, 0, run.stderr);
    const heldOut = (name: string): readonly number[] =>
      readFileSync(join(place(name), 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .flatMap((text) => (JSON.parse(text) as { heldOut?: number }).heldOut ?? []);
    const [young, grown] = [heldOut('run')[0]!, heldOut('longer').at(-1)!];
    // Most of the rest cannot be learnt: clean and noise are not known from their sum.
    assert.ok(grown < 0.9 * young, `${young} after 4 steps, ${grown} after 100`);
  });
});

suite('samples of points', () => {
  const draw = (out: string, ...more: readonly string[]) =>
    cli('sample', '--model', place('run'), '--steps', '3', '-o', place(out), '--threads', '1', '-q', ...more);

  test('are drawn as SVG and PNG, coloured by class', async () => {
    assert.equal((await draw('all.svg', '-n', '60', '--class', 'all')).code, 0);
    const svg = readFileSync(place('all.svg'), 'utf8');
    for (const name of ['upper', 'lower']) assert.match(svg, new RegExp(`>${name}</text>`));
    assert.equal(svg.match(/h0/g)!.length, 60);
    assert.equal((await draw('some.png', '-n', '60')).code, 0);
    assert.equal(((await readRecipe(place('some.png'))) as { count: number }).count, 60);
  });

  test('are numbers that do not depend on how many are made', async () => {
    assert.equal((await draw('few.npy', '-n', '5')).code, 0);
    assert.equal((await draw('many.npy', '-n', '40', '--batch', '7')).code, 0);
    const [few, many] = [await readNpy(place('few.npy')), await readNpy(place('many.npy'))];
    assert.deepEqual(
      [few.shape, many.shape],
      [
        [5, 2],
        [40, 2],
      ],
    );
    const [a, b] = [few.data, many.data] as [Float32Array, Float32Array];
    assert.ok(a.every((value, i) => Math.abs(value - b[i]!) < 1e-5));
  });

  test('move in a GIF', async () => {
    assert.equal((await draw('way.gif', '-n', '30')).code, 0);
    assert.equal(readFileSync(place('way.gif')).toString('latin1', 0, 6), 'GIF89a');
  });

  test('are not single files, and pictures are no drawing', async () => {
    const argv = ['sample', '--model', place('run')];
    await refused(
      2,
      [...argv, '-o', `${place('folder')}/`],
      'sample: points are drawn together. Take a .svg, .png, .gif or .npy.',
    );
  });
});

suite('drawings', () => {
  const draw = (...argv: readonly string[]) => cli('plot', ...argv, '--threads', '1');

  for (const [name, argv] of Object.entries({
    schedule: ['linear,given:betas=0.1/0.2/0.5,sigmoid-alpha-bar:start=-2,end=2'],
    steps: ['trailing,karras:rho=5,sigmaMax=80', '--schedule', 'given:betas=0.1/0.2/0.5', '--steps', '5'],
    weighting: [],
    loss: [place('run')],
    trajectory: [
      '1d',
      '--samplers',
      'ddim,heun:sChurn=1,sNoise=1.01',
      '--spacing',
      'karras:rho=5',
      '--steps',
      '4',
      '-n',
      '5',
    ],
    field: [place('run'), '--at', '0.2,0.6'],
    density: ['2d:gaussians:3', '--at', '0,0.2', '-n', '50'],
    samples: [place('run'), '--steps', '3', '-n', '40'],
  })) {
    test(`${name} is written as SVG, with facts for machines`, async () => {
      const out = place(`${name}.svg`);
      const outcome = await draw(name, ...argv, '-o', out, '--json');
      assert.equal(outcome.code, 0, outcome.stderr);
      const { kind, files } = events(outcome).at(-1)!;
      assert.deepEqual([kind, files], [name, [out]]);
      const svg = readFileSync(out, 'utf8');
      assert.match(svg, /^<svg [\s\S]*<\/svg>\n$/);
      assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
      assert.ok(svg.length < 1_500_000, `${svg.length}`);
    });
  }

  test('models walk too, and PNGs are twice as large as told', async () => {
    const outcome = await draw(
      'trajectory',
      place('run'),
      '--steps',
      '3',
      '-n',
      '9',
      '--width',
      '300',
      '-o',
      place('t.png'),
    );
    assert.equal(outcome.code, 0, outcome.stderr);
    const png = readFileSync(place('t.png'));
    assert.equal(Math.max(png.readUInt32BE(16), png.readUInt32BE(20)) % 2, 0);
    assert.equal(png.readUInt32BE(16), 600);
    const density = await draw(
      'density',
      place('run'),
      '--at',
      '0,1',
      '-n',
      '50',
      '--steps',
      '3',
      '-o',
      place('d.svg'),
    );
    assert.equal(density.code, 0, density.stderr);
  });

  test('what is wrong is said, and nothing is written', async () => {
    const out = place('never.svg');
    const fails = (code: number, argv: readonly string[], message: string) =>
      refused(code, ['plot', ...argv, '-o', out], message);
    const kinds = 'schedule, steps, weighting, loss, trajectory, field, density, samples';
    await fails(2, ['schedul'], `Unknown plot "schedul". Did you mean "schedule"? Known: ${kinds}.`);
    await fails(2, ['loss'], 'plot loss needs folders of training runs.');
    await fails(1, ['loss', place('nowhere')], 'plot loss: ROOT/nowhere is no training run: it has no metrics.jsonl.');
    await fails(2, ['schedule', 'linear,'], 'plot schedule: a name is empty in "linear,".');
    await fails(
      2,
      ['schedule', '--curves', 'gamma'],
      'plot schedule: --curves knows level, log-snr, beta, snr, got "gamma".',
    );
    await fails(
      2,
      ['field', '--samplers', 'ddim'],
      'plot field has no option --samplers. It is for: trajectory, density, samples.',
    );
    await fails(2, ['field', '1d'], 'plot field: 1d has 1 numbers in a point, expected 2.');
    await fails(2, ['field', '--at', '2'], 'plot: --at must be up to 12 numbers in [0, 1], joined by commas, got "2".');
    await refused(
      2,
      ['plot', 'schedule', '-o', place('a.jpg')],
      'plot: --out must end in .svg or .png, got "ROOT/a.jpg".',
    );
    assert.ok(!existsSync(out));
  });
});

suite('what is wrong is said before anything is done', () => {
  const out = ['--out', place('never')];
  const fails = (code: number, data: string, message: string, ...more: readonly string[]) =>
    refused(code, ['train', '--data', data, ...out, ...more], message);

  test('data', async () => {
    const known = `Known: ${pointSets.names.join(', ')}.`;
    await fails(2, '2d:swisroll', `Unknown 2d data set "swisroll". Did you mean "swissroll"? ${known}`);
    await fails(1, `2d:svg:${place('none.svg')}`, 'There is no file ROOT/none.svg.');
    await writeFile(place('broken.svg'), '<svg><path');
    const { code, stderr } = await cli('train', '--data', `2d:svg:${place('broken.svg')}`, ...out);
    assert.deepEqual(
      [code, /^Error: ROOT\/broken\.svg cannot be read as an SVG drawing: /.test(plain(stderr))],
      [1, true],
    );
    assert.ok(!existsSync(place('never')));
  });

  test('options', async () => {
    await fails(2, '2d', '2d: points have no size, asked for 32. Leave the size out.', '--size', '32');
    await fails(2, '2d', 'train: --augment is for pictures; points have none. Leave it out.', '--augment', 'flip');
    await fails(
      2,
      '2d',
      'Unknown point model preset "mlp-lage". Did you mean "mlp-large"? Known: mlp-small, mlp, mlp-large.',
      ...['--model', 'mlp-lage'],
    );
    await writeFile(place('wide.json'), JSON.stringify({ in_channels: 3, out_channels: 3 }));
    await fails(
      1,
      '2d',
      'ROOT/wide.json: points have 2 numbers, got in_channels 3 and out_channels 3. Change them to 2.',
      ...['--model', place('wide.json')],
    );
    assert.ok(!existsSync(place('never')));
  });
});

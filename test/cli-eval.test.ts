import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { floats, gaussians, key } from '../src/core/index.js';
import { writeNpy } from '../src/files/index.js';
import { input, mul, reshape, toOnnx } from '../src/graph/index.js';
import { metrics } from '../src/metrics/index.js';
import { classifier, initialise } from '../src/nn/index.js';
import { saveClassifier } from '../src/pipelines/index.js';
import { cli, events, seen, start } from './cli-harness.js';
import { pictureFolder, writePictures } from './cli-pictures.js';

const { place, plain, options } = await pictureFolder('eval', { count: 60 });
await cli('train', ...options('run'), '--steps', '2', '-q');

// Every pixel as a feature: somebody else's network, with an input of its own.
const x = input('pixels', [4, 3, 8, 8]);
const network = { outputs: { vectors: reshape(mul(x, 2), { shape: [4, 192] }) } };
await writeFile(place('pixels.onnx'), toOnnx(network, { target: 'cpu' }));

// A judge of the two classes, and one of other classes.
const judge = classifier({ in_channels: 3, num_classes: 2, block_out_channels: [8], num_features: 8 });
const opinion = { network: judge, values: initialise(judge.params, key(3)), scheme: null };
await saveClassifier(place('judge'), { model: { ...opinion, classes: ['right', 'left'] } });
await saveClassifier(place('stranger'), { model: { ...opinion, classes: ['up', 'down'] } });

const data = ['--data', place('pictures'), '--size', '8', '--threads', '1'];
const evaluate = (...argv: readonly string[]) => cli('eval', ...data, ...argv);
type Row = { readonly name: string; readonly value: number; readonly n: number; readonly interval: number[] | null };
const rowsOf = async (...argv: readonly string[]): Promise<readonly Row[]> => {
  const outcome = await evaluate(...argv, '--json');
  assert.deepEqual([outcome.code, outcome.stderr], [0, '']);
  return events(outcome).at(-1)!['estimates'] as readonly Row[];
};

suite('class-accuracy', () => {
  const judged = ['--metric', 'class-accuracy', '--judge', place('judge')];

  test('--class data draws as many of each class as the data has', async () => {
    // A judge that says left of everything: class-accuracy is the share of what was to be left.
    const values = new Map(
      [...initialise(judge.params, key(0))].map(([name, { shape, data }]) => {
        const isOutput = shape.join() === '2'; // the bias of the last layer
        return [name, floats(shape, isOutput ? [1, 0] : new Float32Array(data.length))];
      }),
    );
    const lefts = { network: judge, values, scheme: null, classes: ['left', 'right'] };
    await saveClassifier(place('lefts'), { model: lefts });
    await writePictures(place('uneven'), { count: 3 }); // two of the left, one of the right
    const uneven = ['--data', place('uneven'), '--split', 'all', '--size', '8', '--threads', '1', '--json'];
    const drawn = ['--model', place('run'), '--steps', '1', '-n', '9', '--metric', 'class-accuracy'];
    const share = async (...argv: readonly string[]): Promise<number> => {
      const outcome = await cli('eval', ...uneven, ...drawn, '--judge', place('lefts'), ...argv);
      assert.deepEqual([outcome.code, outcome.stderr], [0, '']);
      return (events(outcome).at(-1)!['estimates'] as readonly Row[])[0]!.value;
    };
    assert.equal(await share('--class', 'data'), 6 / 9);
    assert.equal(await share('--class', 'all'), 5 / 9);
  });

  test('--class data says what model and data do not share', async () => {
    const message = async (...argv: readonly string[]): Promise<string> => {
      const { code, stderr } = await cli(
        'eval',
        ...argv,
        '--class',
        'data',
        '-n',
        '4',
        '--steps',
        '1',
        '--size',
        '8',
        '-q',
      );
      assert.equal(code, 2);
      return plain(stderr);
    };
    const rule = 'Error: eval: --class data needs classes that model and data share, and';
    await writePictures(place('others'), { count: 1 });
    await rename(place('others/left'), place('others/up'));
    assert.equal(
      await message('--model', place('run'), '--data', place('others'), '--split', 'all', '--metric', 'kid'),
      `${rule} the model does not know the class "up" of ROOT/others. Name some, or leave it out.\n`,
    );
  });

  test('draws all classes unless told, and tells what the judge says of the data', async () => {
    const { code, stdout } = await evaluate(...judged, '--model', place('run'), '-n', '10', '--steps', '2', '-q');
    assert.equal(code, 0);
    assert.match(stdout, /^class-accuracy +[\d.]+ +[\d.]+ to [\d.]+ +10 +higher/m);
    assert.match(stdout, /^class-accuracy of the data +[\d.]+ /m);
    assert.match(stdout, /seed 0, judge .*\/judge\./);
    assert.match(stdout, /Note: class-accuracy: guessing is right in 50 % of cases\./);
  });

  test('the classes of a directory are looked up by name; the data itself is judged as the data', async () => {
    const all = ['--samples', place('pictures'), '--split', 'all'];
    const [samples, reference] = await rowsOf(...judged, ...all);
    assert.deepEqual([samples!.n, samples!.value], [60, reference!.value]);
  });

  test('what cannot be judged is refused', async () => {
    const refused = async (argv: readonly string[], message: string): Promise<void> => {
      const outcome = await evaluate(...argv, '-q');
      assert.deepEqual([plain(outcome.stderr), outcome.code], [`Error: ${message}\n`, 2]);
    };
    await writeNpy(place('some.npy'), floats([4, 3, 8, 8], gaussians(key(1), 768)));
    await refused(
      [...judged, '--samples', place('some.npy')],
      'eval: class-accuracy needs to know the class of every sample. Judge a model with classes, or a folder of samples ' +
        'with a folder for each class.',
    );
    await refused(
      ['--metric', 'class-accuracy', '--judge', place('stranger'), '--samples', place('pictures')],
      'eval: the judge ROOT/stranger does not know the class "left". It knows: up, down.',
    );
    await refused(
      ['--metric', 'fid', '--judge', place('judge'), '--samples', place('pictures')],
      'eval: none of fid asks a judge. Leave --judge out, or add --metric class-accuracy.',
    );
    const moons = ['--data', '2d:moons', '--samples', place('some.npy'), '--threads', '1', '-q'];
    const { stderr } = await cli('eval', '--metric', 'class-accuracy', ...moons);
    assert.equal(
      stderr,
      'Error: eval: class-accuracy does not compare points, which the data is. Take one of energy-distance,sliced-wasserstein,mmd.\n',
    );
  });
});

suite('eval', () => {
  test('compares what a model draws with the data, and prints N, seed and features', async () => {
    const { code, stdout } = await evaluate('--model', place('run'), '-n', '10', '--steps', '2', '-q');
    assert.equal(code, 0);
    assert.match(stdout, /^metric +value +95 % interval +N +better/);
    for (const name of ['fid', 'kid', 'precision', 'recall']) assert.match(stdout, new RegExp(`^${name} `, 'm'));
    assert.match(stdout, /seed 0, features models\/features-32\./);
    assert.match(stdout, /Note: N = 10 is not more than the 256 features/);
    assert.match(
      plain(stdout),
      /Note: No class was asked for; --class data draws each as often as ROOT\/pictures has it\.\n/,
    );
    const asData = await evaluate('--model', place('run'), '-n', '10', '--steps', '2', '--class', 'data', '-q');
    assert.equal(asData.code, 0);
    assert.doesNotMatch(asData.stdout, /--class data/);
  });

  test('samples may come as a directory: the data itself is at distance 0', async () => {
    const rows = await rowsOf('--samples', place('pictures'), '--split', 'all', '--metric', 'fid,precision-recall');
    assert.ok(Math.abs(rows[0]!.value) < 1e-3);
    assert.deepEqual(
      rows.slice(1).map(({ value, n }) => [value, n]),
      [
        [1, 60],
        [1, 60],
      ],
    );
  });

  test('and as numbers; a network of one’s own looks at them', async () => {
    await writeNpy(place('noise.npy'), floats([10, 3, 8, 8], gaussians(key(1), 1920)));
    const own = ['--features', place('pixels.onnx'), '--split', 'all', '--metric', 'kid'];
    const [noise] = await rowsOf('--samples', place('noise.npy'), ...own);
    const [self] = await rowsOf('--samples', place('pictures'), ...own);
    assert.equal(noise!.n, 10);
    assert.ok(noise!.value > 10 * Math.abs(self!.value) && noise!.interval![0]! < noise!.value);
  });

  test('likelihoods of held-out data, by two ways', async () => {
    const argv = ['--model', place('run'), '--split', 'all', '-n', '4', '--metric', 'nll-vlb,nll-ode'];
    const rows = await rowsOf(...argv, '--levels', '5', '--solver', 'rk4', '--ode-steps', '3');
    assert.deepEqual(
      rows.map(({ name, n }) => `${name} ${n}`),
      ['nll-vlb 4', 'nll-vlb L_T 4', 'nll-vlb L_t 4', 'nll-vlb L_0 4', 'nll-ode 4'],
    );
    for (const { value } of rows) assert.ok(Number.isFinite(value));
  });

  test('points are compared as they are', async () => {
    await writeNpy(place('points.npy'), floats([200, 2], gaussians(key(2), 400)));
    const argv = ['--data', '2d:moons', '--samples', place('points.npy'), '-n', '200', '--references', '300'];
    const outcome = await cli('eval', ...argv, '--json', '--threads', '1');
    assert.deepEqual([outcome.code, outcome.stderr], [0, '']);
    const rows = events(outcome).at(-1)!['estimates'] as readonly Row[];
    assert.deepEqual(
      rows.map(({ name, n }) => `${name} ${n}`),
      ['energy-distance 200', 'sliced-wasserstein 200', 'mmd 200'],
    );
    for (const { value } of rows) assert.ok(value > 0.01);
  });

  test('the same seed gives the same numbers in any batch', async () => {
    const argv = ['--model', place('run'), '-n', '6', '--steps', '2', '--metric', 'kid', '--seed', '7'];
    assert.deepEqual(await rowsOf(...argv, '--batch', '6'), await rowsOf(...argv, '--batch', '4'));
  });

  test('Ctrl-C ends it with 130 and says what was interrupted', async () => {
    const child = start('eval', ...data, '--model', place('run'), '-n', '100000', '--steps', '50', '--json');
    await seen(child, /Sampling/);
    child.kill('SIGINT');
    const outcome = await child.ended;
    assert.equal(outcome.code, 130);
    assert.deepEqual(events(outcome).at(-1), { event: 'interrupted', command: 'eval' });
  });
});

suite('what is wrong', () => {
  const refused = async (code: number, argv: readonly string[], message: string): Promise<void> => {
    const outcome = await evaluate(...argv, '-q');
    assert.deepEqual([plain(outcome.stderr), outcome.code, outcome.stdout], [`Error: ${message}\n`, code, '']);
  };
  const model = ['--model', place('run')];

  test('is said in one sentence', async () => {
    await refused(
      2,
      [],
      'eval judges either a model or samples. Name a model with --model DIR, or samples with --samples PATH.',
    );
    await refused(
      2,
      [...model, '--samples', 'x'],
      'eval judges either a model or samples. Leave one of --model and --samples out.',
    );
    await refused(
      2,
      [...model, '--metric', 'fid,kdi'],
      `Unknown metric "kdi". Did you mean "kid"? Known: ${metrics.names.join(', ')}.`,
    );
    await refused(
      2,
      [...model, '--metric', 'fid', '--probes', '3'],
      'eval: none of fid has an option --probes. Leave it out.',
    );
    await refused(
      2,
      [...model, '--metric', 'mmd'],
      'eval: mmd does not compare pictures, which the data is. Take one of fid,kid,precision-recall.',
    );
    await refused(
      2,
      ['--samples', place('pictures'), '--metric', 'nll-ode'],
      'eval: nll-ode needs a model. Name one with --model DIR.',
    );
    await refused(
      2,
      [...model, '--metric', 'kid', '--feature-size', '64'],
      'eval: --feature-size, -range, -input and -output are for an .onnx network named with --features.',
    );
    await refused(
      1,
      [...model, '--size', '16'],
      'ROOT/pictures has samples of 3 × 16 × 16, and the model makes 3 × 8 × 8. Take other data, or --size.',
    );
    await refused(
      1,
      [...model, '--features', place('pixels.onnx'), '--feature-output', 'vector'],
      'ROOT/pixels.onnx has no output "vector". It has: vectors.',
    );
    await refused(
      1,
      [...model, '--features', place('pixels.onnx'), '--feature-size', '16'],
      'ROOT/pixels.onnx takes pictures of 8 × 8 pixels, asked for 16.',
    );
    await refused(
      1,
      [...model, '--features', place('run')],
      'ROOT/run holds no classifier: its config.json is of something else. Train one with langevin train --task classifier.',
    );
  });
});

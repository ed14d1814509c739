import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import sharp from 'sharp';
import { decodeNpy, readNpy, readRecipe } from '../src/files/index.js';
import { samplers } from '../src/sampling/index.js';
import { cli, events } from './cli-harness.js';
import { pictureFolder } from './cli-pictures.js';

const { place, plain, options } = await pictureFolder('sample');

await cli('train', ...options('run'), '--steps', '3');
await cli('train', ...options('plain'), '--condition', 'none', '--steps', '1');

const sample = (...argv: readonly string[]) =>
  cli('sample', '--model', place('run'), '--steps', '3', '--threads', '1', ...argv);

async function drawn(name: string, ...argv: readonly string[]): Promise<readonly number[]> {
  const { code, stderr } = await sample('-o', place(name), '-q', ...argv);
  assert.deepEqual([code, stderr], [0, '']);
  return Array.from((await readNpy(place(name))).data, Number);
}

suite('what is written', () => {
  test('a grid that carries its recipe', async () => {
    const { code, stdout } = await sample('-n', '6', '--seed', '5', '-o', place('grid.png'));
    assert.equal(code, 0);
    assert.match(plain(stdout), /^Wrote ROOT\/grid\.png: 6 pictures in [\d.]+ s\.\n$/);
    const { width, height } = await sharp(place('grid.png')).metadata();
    assert.deepEqual([width, height], [3 * 66 + 2, 2 * 66 + 2]);
    const recipe = (await readRecipe(place('grid.png'))) as Record<string, unknown>;
    assert.deepEqual(
      [recipe['command'], recipe['count'], recipe['seed'], recipe['steps'], (recipe['weights'] as string).length],
      ['sample', 6, 5, 3, 64],
    );
  });

  test('columns and scale are as told', async () => {
    await sample('-n', '4', '--columns', '4', '--scale', '1', '-o', place('row.png'));
    const { width, height } = await sharp(place('row.png')).metadata();
    assert.deepEqual([width, height], [4 * 10 + 2, 12]);
  });

  test('numbers', async () => {
    await sample('-n', '3', '-o', place('three.npy'));
    const { shape, dtype } = decodeNpy(readFileSync(place('three.npy')));
    assert.deepEqual([shape, dtype], [[3, 3, 8, 8], 'float32']);
  });

  test('an animation of every step and the result', async () => {
    await sample('-n', '2', '--batch', '1', '-o', place('walk.gif'));
    assert.equal((await sharp(place('walk.gif'), { animated: true }).metadata()).pages, 4);
    await sample('-n', '2', '--show', 'expected', '-o', place('expected.gif'));
    assert.ok(!readFileSync(place('walk.gif')).equals(readFileSync(place('expected.gif'))));
  });

  test('single files', async () => {
    const outcome = await sample('-n', '2', '--json', '-o', `${place('files')}/`);
    assert.deepEqual(readdirSync(place('files')), ['0000.png', '0001.png']);
    assert.equal(((await readRecipe(join(place('files'), '0001.png'))) as { index: number }).index, 1);
    const { event, files } = events(outcome).at(-1)!;
    assert.deepEqual([event, (files as string[]).length], ['result', 2]);
    await sample('-n', '1', '--single', '-o', place('other'));
    assert.deepEqual(readdirSync(place('other')), ['0000.png']);
  });
});

suite('what the pictures depend on', () => {
  test('not on batch size, threads or how many are made', async () => {
    const five = await drawn('five.npy', '-n', '5', '--eta', '1');
    assert.deepEqual(await drawn('batched.npy', '-n', '5', '--eta', '1', '--batch', '2'), five);
    assert.deepEqual(await drawn('threads.npy', '-n', '5', '--eta', '1', '--threads', '2'), five);
    assert.deepEqual(await drawn('two.npy', '-n', '2', '--eta', '1'), five.slice(0, 2 * 192));
  });

  test('on seed, class, guidance, sampler, eta, spacing and the kind of noise', async () => {
    const variants = [
      [],
      ['--seed', '1'],
      ['--class', 'left'],
      ['--class', 'right'],
      ['--class', 'left', '--guidance', '3'],
      ['--eta', '0.5'],
      ['--sampler', 'ddpm'],
      ['--sampler', 'dpmpp-2m', '--spacing', 'karras'],
      ['--sampler', 'heun'],
      ['--sampler', 'heun:sChurn=20,sNoise=1.01'],
      ['--spacing', 'leading'],
      ['--spacing', 'karras:rho=5'],
      ['--spacing', 'custom:list=9/3/1/0'],
      ['--spacing', 'custom:list=900/300/100,of=index'],
      ['--random', 'torch-cpu'],
    ];
    const results = new Set<string>();
    for (const [i, variant] of variants.entries()) results.add((await drawn(`${i}.npy`, '-n', '1', ...variant)).join());
    assert.equal(results.size, variants.length);
  });

  test('options behind a name are in the recipe, beside those of the model, and a list has its own length', async () => {
    const made = async (...argv: string[]) => {
      const outcome = await cli(
        'sample',
        '--model',
        place('run'),
        ...argv,
        '-n',
        '1',
        '-o',
        place('recipe.npy'),
        '--json',
      );
      const { recipe } = events(outcome).at(-1)! as { recipe: { steps: number; scheme: Record<string, unknown> } };
      return [recipe.steps, recipe.scheme['sampler'], recipe.scheme['steps']];
    };
    const custom = { name: 'custom', options: { list: '9,3,1,0' } };
    const ddim = { name: 'ddim', options: { eta: 0.5, direction: 'model' } };
    assert.deepEqual(await made('--sampler', 'ddim:eta=0.5', '--spacing', 'custom:list=9/3/1/0'), [3, ddim, custom]);
    assert.equal((await made('--spacing', 'custom:list=9/3/1/0', '--steps', '5'))[0], 5);
    assert.equal((await made('--spacing', 'custom:list=900/300,of=index'))[0], 2);
  });

  test('classes go by name, number, part of a name or all', async () => {
    const labels = async (...argv: string[]) => {
      const outcome = await sample(...argv, '-o', place('labels.npy'), '--json');
      const { recipe } = events(outcome).at(-1)! as { recipe: { labels: unknown } };
      return recipe.labels;
    };
    assert.deepEqual(await labels('--class', 'RIGHT', '-n', '2'), [1, 1]);
    assert.deepEqual(await labels('--class', '1,left', '-n', '4'), [1, 1, 0, 0]);
    assert.deepEqual(await labels('--class', 'all'), [0, 1]);
    assert.equal(await labels('-n', '1'), null);
  });
});

suite('what is wrong', () => {
  const refused = async (code: number, argv: readonly string[], message: string): Promise<void> => {
    const outcome = await sample(...argv, '-q');
    assert.deepEqual([plain(outcome.stderr), outcome.code, outcome.stdout], [`Error: ${message}\n`, code, '']);
  };

  test('options', async () => {
    const out = ['-o', place('never.png')];
    await refused(2, ['-n', '0'], 'sample: --count must be an integer in [1, 100000], got 0.');
    await refused(
      2,
      ['--sampler', 'huen'],
      `Unknown sampler "huen". Did you mean "heun"? Known: ${samplers.names.join(', ')}.`,
    );
    const known = 'sChurn, sTmin, sTmax, sNoise, arithmetic';
    for (const [option, text, message] of [
      ['sampler', 'heun:churn=1', `heun has no option churn. Did you mean "sChurn"? It has: ${known}.`],
      ['sampler', 'heun:sChurn=x', 'heun: sChurn must be a number in [0, 1000000], got "x".'],
      ['spacing', 'karras:rho=0', 'karras: rho must be a number in [1, 100], got 0.'],
      [
        'spacing',
        'custom:list=1/3',
        'custom: list must be 2 or more falling numbers ≥ 0 joined by commas, for example "9, 3, 1, 0", got "1,3".',
      ],
    ] as const) {
      await refused(2, [...out, `--${option}`, text], `sample: --${option}: ${message}`);
    }
    await refused(
      2,
      [...out, '--sampler', 'heun:1'],
      'sample: --sampler heun takes options as name=value, joined by commas, got "1".',
    );
    await refused(
      2,
      [...out, '--spacing', 'custom'],
      'sample: --spacing custom needs its list, numbers from much to little noise joined by slashes, got "custom". ' +
        'Write for example custom:list=9/3/1/0.',
    );
    await refused(
      2,
      [...out, '--sampler', 'ddim:eta=1', '--eta', '1'],
      'sample: eta is said twice, with --eta and in --sampler.',
    );
    await refused(
      2,
      ['-o', 'a.jpg'],
      'sample: --out must end in .png, .svg, .gif, .npy, or / for a folder of single files, got "a.jpg".',
    );
    await refused(2, [...out, '--class', 'lift'], 'Unknown class "lift". Did you mean "left"? Known: left, right.');
    await refused(2, [...out, '--class', '2'], 'sample: classes are numbered 0 to 1, got 2.');
    await refused(
      2,
      [...out, '--guidance', '2'],
      'sample: --guidance 2 needs classes to follow. Name a class with --class.',
    );
    await refused(
      2,
      [...out, '--eta', '0.5', '--sampler', 'euler'],
      `sample: --eta is not for the sampler euler. It is for: ${samplers.names.filter((name) => 'eta' in samplers.entries[name].definition.options).join(', ')}.`,
    );
    await refused(
      2,
      [...out, '--steps', '1001'],
      'steps: count must be an integer in [1, 1000] on a grid of 1000 training steps, got 1001.',
    );
    assert.ok(!existsSync(place('never.png')));
  });

  test('models', async () => {
    const out = ['-o', place('never.png')];
    await refused(
      1,
      ['--model', place('no'), ...out],
      'There is no folder ROOT/no. Name a model folder or a training run.',
    );
    await refused(
      2,
      ['--model', place('plain'), '--class', 'left', ...out],
      'sample: this model has no classes, got --class "left". Leave it out.',
    );
    await refused(
      2,
      ['--model', place('plain'), '--guidance', '2', ...out],
      'sample: --guidance 2 needs classes to follow. This model has no classes: leave --guidance out.',
    );
    await mkdir(join(place('young'), 'checkpoints'), { recursive: true });
    await writeFile(join(place('young'), 'config.json'), '{}');
    await refused(
      1,
      ['--model', place('young'), ...out],
      'ROOT/young is a run without a model yet: it is saved with the first checkpoint.',
    );
  });
});

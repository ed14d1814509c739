import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import sharp from 'sharp';
import { readNpy, readRecipe } from '../src/files/index.js';
import { loadModel } from '../src/pipelines/index.js';
import { cli, testFolder, trainedState } from './cli-harness.js';
import { brief } from './cli-pictures.js';

const { place, plain } = await testFolder('conditions');
const train = (out: string, ...argv: readonly string[]) =>
  cli('train', ...brief('emoji:noto/faces', place(out)), '--curve', 'constant', ...argv, '-q');
const sample = (model: string, ...argv: readonly string[]) =>
  cli('sample', '--model', place(model), '--steps', '2', '--threads', '1', ...argv);

async function numbers(model: string, ...argv: readonly string[]): Promise<readonly number[]> {
  const file = place('out.npy');
  const { code, stderr } = await sample(model, '-n', '2', ...argv, '-o', file, '-q');
  assert.equal(code, 0, stderr);
  return [...((await readNpy(file)) as { data: Float32Array }).data];
}

async function refused(work: Promise<{ code: number; stderr: string }>, message: string): Promise<void> {
  const { code, stderr } = await work;
  assert.deepEqual([code === 0, plain(stderr)], [false, `Error: ${message}\n`]);
}

for (const [name, condition] of [
  ['attributes', 'attributes'],
  ['super', 'image:super-resolution:factor=2'],
  ['inpaint', 'image:inpaint'],
] as const) {
  suite(`train --condition ${condition}`, () => {
    const told = ['--condition', condition, '--validate-every', '4'];

    test('is the same after a resume as without a stop, and leaves a model that is told it', async () => {
      const whole = await train(name, ...told, '--steps', '4');
      assert.equal(whole.code, 0, whole.stderr);
      await train(`${name}-2`, ...told, '--steps', '2');
      await cli('train', '--out', place(`${name}-2`), '--resume', '--steps', '4', '--threads', '1', '-q');
      assert.deepEqual(trainedState(place(name), 4), trainedState(place(`${name}-2`), 4));
      const model = await loadModel(place(name));
      assert.equal(model.condition?.name, condition.split(':factor')[0]);
      const card = readFileSync(place(`${name}/model/README.md`), 'utf8');
      assert.match(card, /\| Told \| .*nothing 10 % of the time, so that guidance works \|/);
      assert.ok(existsSync(place(`${name}/samples/final.png`)), 'no samples');
    });
  });
}

suite('sample of a model that is told', () => {
  test('attributes: each list is drawn, and guidance compares with nothing told', async () => {
    const free = await numbers('attributes');
    const some = await numbers('attributes', '--attributes', 'mouth:smile, not eyes:closed');
    assert.notDeepEqual(some, free);
    assert.deepEqual(await numbers('attributes', '--attributes', 'mouth:smile', '--guidance', '0'), free);
    const two = await numbers('attributes', '--attributes', 'mouth:smile, not eyes:closed; mouth:open');
    const half = free.length / 2;
    assert.deepEqual(two.slice(0, half), some.slice(0, half));
    assert.notDeepEqual(two.slice(half), some.slice(half));
    await sample('attributes', '--attributes', 'mouth:open', '-o', place('a.png'), '-q');
    const recipe = (await readRecipe(place('a.png'))) as { told: unknown };
    assert.deepEqual(recipe.told, { attributes: 'mouth:open' });
    assert.equal((await cli('replay', place('a.png'), '--threads', '1', '-q')).code, 0, 'the same again');
  });

  test('an image: of its own size or as small as it is to be enlarged, which is the same', async () => {
    const small = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#a03010' } })
      .png()
      .toBuffer();
    await writeFile(place('small.png'), small);
    await writeFile(place('large.png'), await sharp(small).resize(8, 8, { kernel: 'nearest' }).png().toBuffer());
    const told = await numbers('super', '--condition-image', place('small.png'));
    assert.deepEqual(await numbers('super', '--condition-image', place('large.png')), told);
    assert.notDeepEqual(told, await numbers('super'));
    await sample('super', '--condition-image', place('small.png'), '-o', place('b.png'), '-q');
    const again = await cli('replay', place('b.png'), '--threads', '1', '--json');
    assert.deepEqual([again.code, /"identical":true/.test(again.stdout)], [0, true], again.stdout);
  });

  test('an image with a hole: what is transparent does not matter', async () => {
    const holed = async (file: string, colour: number) => {
      const data = Buffer.alloc(8 * 8 * 4, 255);
      for (let i = 0; i < 32; i++) data.set([colour, colour, colour, 0], i * 4);
      await sharp(data, { raw: { width: 8, height: 8, channels: 4 } })
        .png()
        .toFile(place(file));
      return numbers('inpaint', '--condition-image', place(file));
    };
    assert.deepEqual(await holed('dark.png', 0), await holed('light.png', 200));
  });

  test('what does not fit is said', async () => {
    await refused(
      sample('super', '--attributes', 'mouth:open'),
      'sample: --attributes is for models that are told attributes, and this one is told image:super-resolution. Use --condition-image.',
    );
    await refused(
      sample('attributes', '--condition-image', 'a.png'),
      'sample: --condition-image is for models that are told an image, and this one is told attributes. Use --attributes.',
    );
    const { stderr } = await sample('attributes', '--attributes', 'mouth:opn');
    assert.match(stderr, /^Error: Unknown attribute "mouth:opn"\. Did you mean "mouth:open"\? Known: /);
    const wrong = (...argv: readonly string[]) => train('none', ...argv);
    const sizes = 'factor must divide the side of the pictures, got 3 and 8';
    await refused(
      wrong('--condition', 'image:super-resolution:factor=3'),
      `train: --condition: image:super-resolution: ${sizes}.`,
    );
    await refused(
      wrong('--attributes', 'mouth'),
      'train: --attributes is for --condition attributes, or for classifiers of attributes.',
    );
    assert.match(
      (await wrong('--condition', 'atributes')).stderr,
      /Unknown condition "atributes"\. Did you mean "attributes"\?/,
    );
    await refused(
      cli('train', '--data', '2d:moons', '--condition', 'attributes', '-q'),
      'train: --condition attributes is for pictures; points have classes at most.',
    );
  });
});

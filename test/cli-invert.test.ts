import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import sharp from 'sharp';
import { readImage, readNpy, readRecipe } from '../src/files/index.js';
import { cli, events } from './cli-harness.js';
import { pictureFolder } from './cli-pictures.js';

const { place, plain: rooted, options } = await pictureFolder('invert');
const plain = (text: string): string => rooted(text).replace(/[\d.]+ s\b/g, 'N s');

await cli('train', ...options('run'), '--steps', '2');
await cli('train', ...options('other'), '--steps', '3');
await cli('train', ...options('plain'), '--condition', 'none', '--steps', '1');
const [a, b] = [join(place('pictures'), 'left', '0.png'), join(place('pictures'), 'right', '1.png')];
const usual = ['--model', place('run'), '--steps', '4', '--threads', '1'] as const;
const invert = (...argv: readonly string[]) => cli('invert', ...usual, ...argv);
const translate = (...argv: readonly string[]) => cli('translate', ...usual, ...argv);

interface Report {
  readonly name: string;
  readonly psnr: number;
  readonly ssim: number | null;
  readonly worstPixel: number;
}
const result = (outcome: Awaited<ReturnType<typeof cli>>): Record<string, unknown> => {
  assert.deepEqual([outcome.code, outcome.stderr], [0, '']);
  return events(outcome).at(-1)!;
};

const refusing =
  (run: typeof invert) =>
  async (argv: readonly string[], message: string, code = 2): Promise<void> => {
    const outcome = await run(...argv, '-q');
    assert.deepEqual([plain(outcome.stderr), outcome.code, outcome.stdout], [`Error: ${message}\n`, code, '']);
  };

suite('invert', () => {
  test('writes source, noise and reconstruction, and says how well it comes back', async () => {
    const { code, stdout } = await invert(a, b, '-o', place('strip.png'));
    assert.equal(code, 0);
    const lines = plain(stdout).trimEnd().split('\n');
    assert.match(lines[0]!, /^picture +PSNR, dB +SSIM +worst pixel, bytes$/);
    assert.match(lines[1]!, /^ROOT\/pictures\/left\/0\.png +\d+\.\d +(< 0\.01|0\.\d\d)$/);
    assert.equal(lines.at(-1), 'Wrote ROOT/strip.png in N s.');
    const { width, height } = await sharp(place('strip.png')).metadata();
    assert.deepEqual([width, height], [3 * 66 + 2, 2 * 66 + 2]);
    const recipe = (await readRecipe(place('strip.png'))) as { sources: { path: string; sha256: string }[] };
    assert.deepEqual(
      recipe.sources.map(({ path, sha256 }) => [path, sha256.length]),
      [
        [a, 64],
        [b, 64],
      ],
    );
  });

  test('by every name, with its law: exact ones are better by far', async () => {
    const worst = async (name: string): Promise<number> => {
      const { pictures } = result(await invert(a, '--with', name, '-o', place('x.png'), '--json'));
      return (pictures as Report[])[0]!.worstPixel;
    };
    const [ddim, second] = [await worst('ddim'), await worst('second-order')];
    for (const name of ['fixed-point', 'edit-friendly', 'fixed-point:tolerance=1e-5,memory=2']) {
      const exact = await worst(name);
      assert.ok(
        exact < 0.1 && exact < ddim && exact < second,
        `${name}: ${exact}, ddim ${ddim}, second-order ${second}`,
      );
    }
  });

  test('numbers, and noise that is walked back from', async () => {
    await invert(a, b, '-o', place('noise.npy'));
    assert.deepEqual((await readNpy(place('noise.npy'))).shape, [2, 3, 8, 8]);
    for (const name of ['fixed-point', 'edit-friendly']) {
      await invert(a, b, '--with', name, '--class', 'left,right', '-o', place('noise.safetensors'));
      const { code, stdout } = await invert(
        '--reconstruct',
        place('noise.safetensors'),
        '--scale',
        '1',
        '-o',
        place('back.png'),
      );
      assert.deepEqual([code, plain(stdout)], [0, 'Wrote ROOT/back.png in N s.\n']);
      const [{ data }, { data: back }] = [await readImage(a), await readImage(place('back.png'))];
      // The first of two pictures of 8 × 8 in a row, 2 pixels in.
      const row = (y: number): Uint8Array => back.subarray(((y + 2) * 22 + 2) * 3, ((y + 2) * 22 + 10) * 3);
      for (let y = 0; y < 8; y++)
        assert.deepEqual([...row(y)], [...data.subarray(y * 24, y * 24 + 24)], `${name}, row ${y}`);
    }
    const numbers = async (name: string, ...argv: readonly string[]) => {
      await invert('--reconstruct', place('noise.safetensors'), ...argv, '-o', place(name));
      return (await readNpy(place(name))).data;
    };
    const turned = await numbers('turned.npy', '--class', 'right');
    assert.notDeepEqual(turned, await numbers('back.npy'));
  });

  test('pictures of a data set, with the classes it knows', async () => {
    const argv = ['--data', place('pictures'), '--split', 'train', '-n', '3', '-o', place('data.png'), '--json'];
    const { pictures } = result(await invert(...argv));
    const names = (pictures as Report[]).map(({ name }) => name);
    assert.equal(names.length, 3);
    for (const name of names) assert.match(name, /^(left|right) /);
  });

  test('says where steps could not be solved for', async () => {
    const { stderr, code } = await invert(a, '--with', 'fixed-point:rounds=1,tolerance=0', '-o', place('stalled.png'));
    assert.equal(code, 0);
    assert.match(
      plain(stderr),
      /ROOT\/pictures\/left\/0\.png: \d steps of \d did not converge; the best guess misses by [\d.e-]+\. Use more steps, less guidance, or more rounds \(--with fixed-point:rounds=200\)\./,
    );
  });

  test('guidance of every kind, which the file of noise carries', async () => {
    const guiding = [
      ['--guidance', '2'],
      ['--guidance', '2', '--guidance-method', 'apg', '--guidance-interval', '0.3..0.9'],
      ['--guidance', '2', '--negative', 'right', '--guidance-rescale', '0.5'],
      ['--guidance', '1.5', '--weak-model', place('other')],
      ['--class', 'left&!0.5*right'],
    ];
    const [noise, back] = [place('guided.safetensors'), place('guided.npy')];
    const source = (await readImage(a)).data;
    for (const more of guiding) {
      const argv = [a, '--with', 'edit-friendly', '--class', 'left', ...more, '-o', noise, '--json'];
      const { pictures } = result(await invert(...argv));
      assert.ok(
        (pictures as Report[])[0]!.worstPixel < 0.1,
        `${more.join(' ')}: ${(pictures as Report[])[0]!.worstPixel}`,
      );
      result(await invert('--reconstruct', noise, '-o', back, '--json'));
      const { data } = await readNpy(back);
      const off = Array.from(data as Float32Array, (value, i): number => {
        const [c, pixel] = [Math.floor(i / 64), i % 64];
        return Math.abs(value - (source[pixel * 3 + c]! / 127.5 - 1));
      });
      assert.ok(Math.max(...off) < 1e-3, `${more.join(' ')}: ${Math.max(...off)}`);
      result(await invert('--reconstruct', noise, '--guidance', '1', '--class', 'right', '-o', back, '--json'));
      assert.notDeepEqual((await readNpy(back)).data, data, more.join(' '));
    }
    const strip = [a, '--class', 'left', '--weak-model', place('other'), '--with', 'edit-friendly'];
    await invert(...strip, '-o', place('weak.png'));
    const recipe = (await readRecipe(place('weak.png'))) as { guidedBy: { weak: { path: string } } };
    assert.equal(recipe.guidedBy.weak.path, place('other'));
    const again = await cli('replay', place('weak.png'), '--threads', '1', '--json');
    assert.match(again.stdout, /"identical":true/, again.stderr);
  });

  test('what is wrong', async () => {
    const refused = refusing(invert);
    await refused(
      [a, '--class', 'left', '--with', 'edit-friendly', '--guidance', '0.5', '--guidance-method', 'cfg++'],
      'Under guidance that changes the path (cfg++, classifier-mean) there is no way to noise and back. Take another kind.',
    );
    await refused(
      [a, '--guidance', '3', '--with', 'edit-friendly'],
      'invert: --guidance 3 needs classes to follow. Name a class with --class.',
    );
    await refused(
      [a, '-o', a],
      'invert: --out "ROOT/pictures/left/0.png" would write over its own source. Name another file.',
    );
    await refused([a, '--class', 'lft'], 'Unknown class "lft". Did you mean "left"? Known: left, right.');
    await refused(
      ['--reconstruct', a],
      'ROOT/pictures/left/0.png is not a file of noise. Write one with langevin invert PICTURE -o noise.safetensors.',
      1,
    );
    await refused([], 'invert needs pictures: name files, or a data set with --data.');
    await refused(
      [a, '--data', place('pictures')],
      'invert: pictures come from files or from --data, got both. Leave one out.',
    );
    await refused([a, '-o', 'x.gif'], 'invert: --out must end in .png, .npy, .safetensors, got "x.gif".');
    await refused(
      [a, '--with', 'dim'],
      'Unknown inversion "dim". Did you mean "ddim"? Known: ddim, second-order, fixed-point, edit-friendly.',
    );
    await refused(
      [a, '--with', 'fixed-point:rounds=0'],
      'invert: --with: fixed-point: rounds must be an integer in [1, 10000], got 0.',
    );
    await refused(
      [a, '--class', 'left,right,left'],
      'invert: --class must name one class, or one for each of 1 pictures, got 3.',
    );
    await refused(
      [a, '--class', 'left', '--model', place('plain')],
      'invert: this model has no classes. Leave --class out.',
    );
    await refused(
      [a, '--class', 'left', '--guidance', '3', '--with', 'ddim'],
      'ddim: guidance of 3 is refused in an inversion, because its error is multiplied by the scale (Mokady et al. 2022). Invert at scale 1 and guide the way back, or take fixed-point or edit-friendly.',
    );
    await refused([place('no.png')], 'There is no file ROOT/no.png.', 1);
    await refused(
      [a, '--reconstruct', place('noise.safetensors')],
      'invert: --reconstruct walks back from a file of noise and takes no pictures. Leave one out.',
    );
    await refused(
      ['--reconstruct', place('noise.safetensors'), '-o', place('x.safetensors')],
      'invert: --reconstruct makes pictures: --out must end in .png or .npy, got "' +
        place('x.safetensors').slice(0, 0) +
        'ROOT/x.safetensors".',
    );
    const weights = join(place('run'), 'model', 'unet', 'diffusion_pytorch_model.safetensors');
    const outcome = await invert('--reconstruct', weights, '-q');
    assert.match(
      outcome.stderr,
      /holds no inversion: it has the tensors .* Write one with langevin invert PICTURE -o noise\.safetensors\.\n$/,
    );
    await refused(
      ['--data', place('pictures'), '--split', 'test', '--model', place('points')],
      'There is no folder ROOT/points. Name a model folder or a training run.',
      1,
    );
  });

  test('noise of other weights is told', async () => {
    await invert(a, '-o', place('own.safetensors'));
    const { stderr } = await cli(
      'invert',
      '--model',
      place('other'),
      '--steps',
      '4',
      '--reconstruct',
      place('own.safetensors'),
      '-o',
      place('x.png'),
    );
    assert.match(
      plain(stderr),
      /ROOT\/own\.safetensors was found with other weights than those of ROOT\/other: its pictures will not come back\./,
    );
  });
});

suite('translate', () => {
  test('to another class, and back to the same picture', async () => {
    const argv = [
      a,
      '--from',
      'left',
      '--to',
      'right',
      '--cycle',
      '-o',
      place('t.png'),
      '--strip',
      place('s.png'),
      '--gif',
      place('g.gif'),
    ];
    const { pictures, cycle, files } = result(await translate(...argv, '--json')) as {
      pictures: unknown[];
      cycle: Report[];
      files: string[];
    };
    assert.deepEqual(pictures, [{ name: a, from: 'left', to: 'right' }]);
    assert.ok(cycle[0]!.worstPixel < 0.5, `${cycle[0]!.worstPixel}`);
    assert.deepEqual(files.map(plain), ['ROOT/t.png', 'ROOT/s.png', 'ROOT/g.gif']);
    const { width, height } = await readImage(place('t.png'));
    assert.deepEqual([width, height], [8, 8]);
    assert.equal((await sharp(place('s.png')).metadata()).width, 3 * 66 + 2);
    assert.ok((await sharp(place('g.gif'), { animated: true }).metadata()).pages! > 8, 'the way has frames');
  });

  test('to the same class nothing changes, and numbers say so', async () => {
    await translate(a, '--from', 'left', '--to', 'left', '-o', place('same.npy'));
    const source = (await readImage(a)).data;
    const same = await readNpy(place('same.npy'));
    const off = Array.from(same.data as Float32Array, (value, i): number => {
      const [c, pixel] = [Math.floor(i / 64), i % 64];
      return Math.abs(value - (source[pixel * 3 + c]! / 127.5 - 1));
    });
    assert.ok(Math.max(...off) < 1e-3, `${Math.max(...off)}`);
  });

  test('guidance of every kind on the way from noise, and replayed', async () => {
    const seen = new Set<string>();
    for (const more of [
      [],
      ['--guidance', '3'],
      ['--guidance', '3', '--guidance-method', 'apg'],
      ['--guidance', '3', '--negative', 'left'],
      ['--guidance', '3', '--weak-model', place('other')],
    ]) {
      const argv = [a, '--from', 'left', '--to', 'right', '--cycle', ...more];
      result(await translate(...argv, '-o', place('guided.npy'), '--json'));
      seen.add(Array.from((await readNpy(place('guided.npy'))).data, Number).join());
      result(await translate(...argv, '-o', place('guided.png'), '--json'));
    }
    assert.equal(seen.size, 5);
    const again = await cli('replay', place('guided.png'), '--threads', '1', '--json');
    assert.match(again.stdout, /"identical":true/, again.stderr);
    const { stderr } = await translate(a, '--from', 'left', '--to', 'left', '-o', place('same.png'));
    assert.match(stderr, /^From left to left nothing is translated: the pictures come back as well as they can\.\n/);
  });

  test('classes of a data set, single files, a second model', async () => {
    const data = ['--data', place('pictures'), '--split', 'train', '-n', '2', '--to', 'right'];
    const { pictures } = result(await translate(...data, '-o', `${place('folder')}/`, '--json'));
    for (const { from, to } of pictures as { from: string; to: string }[])
      assert.ok(/left|right/.test(from) && to === 'right', from);
    assert.deepEqual(readdirSync(place('folder')), ['0000.png', '0001.png']);
    const second = [a, '--from', 'left', '--target-model', place('plain'), '-o', place('second.png'), '--json'];
    assert.deepEqual(result(await translate(...second))['pictures'], [{ name: a, from: 'left', to: null }]);
    const recipe = (await readRecipe(place('second.png'))) as { target: { path: string; weights: string } };
    assert.deepEqual([recipe.target.path, recipe.target.weights.length], [place('plain'), 64]);
  });

  test('a picture of another size is told, here and by invert', async () => {
    await sharp(a).resize(20, 12).toFile(place('large.png'));
    const remark = 'ROOT/large.png is 20 × 12 pixels: it is brought to 8 × 8, and the result stays at that size.';
    const files = [place('large.png'), a];
    for (const { code, stderr } of [
      await translate(...files, '--from', 'left', '--to', 'right', '-o', place('sized.png')),
      await invert(...files, '-o', place('sized.png')),
    ]) {
      assert.equal(code, 0, stderr);
      assert.deepEqual(
        plain(stderr)
          .split('\n')
          .filter((line) => line.includes('pixels')),
        [remark],
      );
    }
  });

  test('a judge guesses what nobody said', async () => {
    const judged = [...options('judge'), '--task', 'classifier', '--steps', '2'];
    const trained = judged.filter((word, i) => word !== '--model' && judged[i - 1] !== '--model');
    const made = await cli('train', ...trained);
    assert.equal(made.code, 0, made.stderr);
    const { code, stderr } = await translate(a, '--to', 'right', '--judge', place('judge'), '-o', place('guessed.png'));
    assert.equal(code, 0, stderr);
    assert.match(plain(stderr), /ROOT\/pictures\/left\/0\.png: taken for (left|right)\./);
  });

  test('what is wrong', async () => {
    const refused = refusing(translate);
    await refused(
      [a, '--from', 'left', '--to', 'right', '--strip', a],
      'translate: --strip "ROOT/pictures/left/0.png" would write over its own source. Name another file.',
    );
    await refused(
      [a, '--from', 'left', '--to', 'right', '--guidance', '0.5', '--guidance-method', 'cfg++'],
      'Under guidance that changes the path (cfg++, classifier-mean) there is no way to noise and back. Take another kind.',
    );
    await refused([a, '--from', 'left'], 'translate: say what the pictures should become with --to STYLE.');
    await refused(
      [a, '--from', 'lft', '--to', 'right'],
      'translate: --from "lft" is neither a style nor a class of the model. Did you mean "left"? Its styles: left, right.',
    );
    await refused(
      [a, '--from', 'left', '--to', 'rigt'],
      'translate: --to "rigt" is neither a style nor a class of the model. Did you mean "right"? Its styles: left, right.',
    );
    for (const out of ['x.gif', 'x.jpg']) {
      await refused(
        [a, '--from', 'left', '--to', 'right', '-o', out],
        `translate: --out must end in .png or .npy, or / for a folder of single files, got "${out}".`,
      );
    }
    await refused(
      [a, '--from', 'left', '--to', 'right', '--strip', 'x.gif'],
      'translate: --strip must end in .png, got "x.gif".',
    );
    await refused(
      [a, '--from', 'left', '--to', 'right', '--gif', 'x.png'],
      'translate: --gif must end in .gif, got "x.png".',
    );
    await refused(
      [a, '--model', place('plain'), '--to', 'right'],
      'translate: this model has no classes to translate between. Name a second one with --target-model DIR.',
    );
    await refused(
      [a, '--model', place('plain'), '--from', 'left'],
      'translate: the model has no classes to translate from. Leave --from out.',
    );
    await refused(
      [a, '--from', 'left', '--target-model', place('plain'), '--to', 'right'],
      'translate: the target model has no classes. Leave --to out.',
    );
    await refused(
      [a, '--to', 'right', '--group', 'flags'],
      'translate: --group "flags" is no group of the model. Its groups: .',
    );
    await refused(
      [a, '--to', 'right', '--judge', 'models/features-32'],
      'translate: the judge models/features-32 does not know the class "left". Name another with --judge DIR, or say --from and --group.',
      2,
    );
    await cli('train', '--data', '2d:moons', '--steps', '1', '--threads', '1', '--out', place('points'), '-q');
    await refused([a, '--model', place('points')], 'translate: this model makes points, and pictures are wanted.');
    await writeFile(place('broken.png'), 'no picture');
    const outcome = await translate(place('broken.png'), '--from', 'left', '--to', 'right', '-q');
    assert.match(plain(outcome.stderr), /^Error: ROOT\/broken\.png cannot be read as an image/);
  });
});

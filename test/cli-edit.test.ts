import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import sharp from 'sharp';
import { type Picture, readImage, readNpy, readRecipe, writePng } from '../src/files/index.js';
import { saveModel } from '../src/pipelines/index.js';
import { cli, events, seen, start, testFolder } from './cli-harness.js';
import { brief } from './cli-pictures.js';
import { tinyModel } from './model-fixtures.js';

const { root, place, plain } = await testFolder('edit');

await saveModel(place('model'), { model: tinyModel({ classes: 2 }) });

/** Bytes that are all different from their neighbours. */
function drawn(size: number, channels: number): Picture {
  const data = Uint8Array.from({ length: size * size * channels }, (_, i) => (i * 73 + 31) % 256);
  return { width: size, height: size, channels, data };
}

await writePng(place('a.png'), drawn(8, 3));
await writePng(place('b.png'), { ...drawn(8, 3), data: drawn(8, 3).data.map((byte) => 255 - byte) });
await writePng(place('alpha.png'), drawn(8, 4));
await writePng(place('grey.png'), drawn(8, 1));
await writePng(place('large.png'), drawn(24, 3));
await writePng(place('odd.png'), drawn(9, 3));
const wide: Picture = {
  width: 20,
  height: 12,
  channels: 4,
  data: Uint8Array.from({ length: 960 }, (_, i) => (i * 37) % 256),
};
await writePng(place('long.png'), wide);
await sharp(drawn(8, 3).data, { raw: { width: 8, height: 8, channels: 3 } })
  .jpeg()
  .toFile(place('a.jpg'));
await sharp(drawn(8, 3).data, { raw: { width: 8, height: 8, channels: 3 } })
  .webp({ lossless: true })
  .toFile(place('a.webp'));
await writeFile(place('broken.png'), 'no picture');

const edit = (picture: string, ...argv: readonly string[]) =>
  cli('edit', place(picture), '--model', place('model'), '--steps', '4', '--threads', '1', ...argv);

const box = { inside: (x: number, y: number): boolean => x >= 2 && x < 6 && y >= 3 && y < 8, text: 'box:2,3,4,5' };

suite('the bytes outside of the mask', () => {
  for (const [name, channels] of [
    ['a.png', 3],
    ['alpha.png', 4],
    ['grey.png', 1],
  ] as const) {
    test(`are those of ${name}`, async () => {
      const { code, stderr } = await edit(
        name,
        '--with',
        'repaint:jump=1,resamples=2',
        '-m',
        box.text,
        '-q',
        '-o',
        place('out.png'),
      );
      assert.deepEqual([code, stderr], [0, '']);
      const [before, out] = [await readImage(place(name)), await readImage(place('out.png'))];
      assert.equal(out.channels, channels === 4 ? 4 : 3);
      let changed = 0;
      for (let i = 0; i < 64; i++) {
        for (let c = 0; c < out.channels; c++) {
          const was = before.data[i * channels + (channels === 1 ? 0 : c)];
          const is: number | undefined = out.data[i * out.channels + c];
          if (box.inside(i % 8, Math.floor(i / 8))) changed += Number(was !== is);
          else assert.equal(is, was, `pixel ${i}, channel ${c}`);
        }
      }
      assert.ok(changed > 20, `${changed} bytes changed`);
    });
  }

  test('also where the picture is larger than the model, in every edit with a mask', async () => {
    for (const name of ['partial-noising', 'blend', 'dps:rule=ddnm', 'variations', 'colourise:rule=ddnm']) {
      const { code, stderr } = await edit('large.png', '--with', name, '-m', 'circle:12,12,6', '-o', place('out.png'));
      assert.equal(code, 0, stderr);
      assert.match(
        plain(stderr),
        /ROOT\/large\.png is 24 × 24 pixels: it is edited at 8 × 8, and what may change is brought back\./,
      );
      const [before, out] = [await readImage(place('large.png')), await readImage(place('out.png'))];
      for (let i = 0; i < before.data.length; i++) {
        const pixel = Math.floor(i / 3);
        const far = Math.hypot((pixel % 24) - 11.5, Math.floor(pixel / 24) - 11.5);
        if (far > 6) assert.equal(out.data[i], before.data[i], `${name}, byte ${i}`);
      }
      assert.notDeepEqual(out.data, before.data);
    }
  });

  test('of a mask from a file, exchanged and with a soft rim', async () => {
    const mask = { width: 8, height: 8, channels: 4, data: new Uint8Array(256) };
    for (let i = 0; i < 64; i++) mask.data[i * 4 + 3] = i % 8 < 4 ? 255 : 0;
    await writePng(place('mask.png'), mask);
    const inside = async (...argv: readonly string[]): Promise<readonly number[]> => {
      const { code, stderr } = await edit(
        'a.png',
        '--with',
        'blend',
        '-m',
        place('mask.png'),
        ...argv,
        '-q',
        '-o',
        place('out.png'),
      );
      assert.deepEqual([code, stderr], [0, '']);
      const [before, out] = [await readImage(place('a.png')), await readImage(place('out.png'))];
      const columns = new Set<number>();
      for (const [i, byte] of out.data.entries()) if (byte !== before.data[i]) columns.add(Math.floor(i / 3) % 8);
      return [...columns].sort();
    };
    assert.deepEqual(await inside(), [0, 1, 2, 3]);
    assert.deepEqual(await inside('--invert-mask'), [4, 5, 6, 7]);
    assert.deepEqual(await inside('--feather', '2'), [0, 1, 2, 3]);
  });

  test('on a larger canvas', async () => {
    await edit('a.png', '--with', 'outpaint:right=4,jump=1,resamples=1', '-q', '-o', place('wide.png'));
    const [before, out] = [await readImage(place('a.png')), await readImage(place('wide.png'))];
    assert.deepEqual([out.width, out.height], [12, 8]);
    for (let y = 0; y < 8; y++) {
      assert.deepEqual(out.data.subarray(y * 36, y * 36 + 24), before.data.subarray(y * 24, y * 24 + 24), `row ${y}`);
    }
  });

  for (const [name, argv] of [
    ['alpha.png', []],
    ['alpha.png', ['-m', box.text]],
    ['grey.png', []],
    ['long.png', ['--fit', 'none']],
  ] as const) {
    test(`on a larger canvas, with every channel of ${[name, ...argv].join(' ')}`, async () => {
      const outpaint = ['--with', 'outpaint:left=2,right=4,top=2,jump=1,resamples=1'];
      const { code, stderr } = await edit(name, ...outpaint, ...argv, '-q', '-o', place('wide.png'));
      assert.deepEqual([code, stderr], [0, '']);
      const [before, out] = [await readImage(place(name)), await readImage(place('wide.png'))];
      const { width, height, channels } = before;
      assert.deepEqual([out.width, out.height, out.channels], [width + 6, height + 2, channels === 4 ? 4 : 3]);
      let fresh = 0;
      for (let i = 0; i < out.width * out.height; i++) {
        const [x, y] = [(i % out.width) - 2, Math.floor(i / out.width) - 2];
        const isKept = x >= 0 && x < width && y >= 0;
        if (isKept && argv[0] === '-m' && box.inside(x, y)) continue;
        for (let c = 0; c < out.channels; c++) {
          const is: number | undefined = out.data[i * out.channels + c];
          const was = before.data[(y * width + x) * channels + (channels === 1 ? 0 : c)];
          if (isKept) assert.equal(is, was, `pixel ${x}, ${y}, channel ${c}`);
          else if (c === 3) assert.equal(is, 255, `the new pixel ${x}, ${y} is transparent`);
        }
        fresh += Number(!isKept);
      }
      assert.equal(fresh, out.width * out.height - width * height);
    });
  }
});

suite('what is written', () => {
  test('a picture that says how it was made, of which source and by which weights', async () => {
    const argv = [
      '--with',
      'repaint:jump=2,resamples=3',
      '-m',
      box.text,
      '-c',
      'class 1',
      '-s',
      '9',
      '-o',
      place('one.png'),
    ];
    const { code, stdout, stderr } = await edit('a.png', ...argv);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^repaint: 8 evaluations of 1 picture\.\n/);
    assert.match(plain(stdout), /^Wrote ROOT\/one\.png in [\d.]+ s\. Its seam: [\d.]+ \([\d.]+ in the source\)\.\n$/);
    const recipe = (await readRecipe(place('one.png'))) as Record<string, unknown>;
    const sha256 = createHash('sha256')
      .update(readFileSync(place('a.png')))
      .digest('hex');
    assert.equal(recipe['command'], 'edit');
    assert.deepEqual(recipe['source'], { path: place('a.png'), sha256 });
    assert.deepEqual(recipe['edit'], { name: 'repaint', options: { jump: 2, resamples: 3 } });
    assert.deepEqual(
      [recipe['seed'], recipe['steps'], recipe['labels'], recipe['count'], (recipe['weights'] as string).length],
      [9, 4, [1], 1, 64],
    );
    const again = await cli('replay', place('one.png'), '--threads', '1');
    assert.match(again.stdout, /the same, byte for byte/, again.stderr);
    const { mask, with: chosen } = recipe['options'] as Record<string, unknown>;
    assert.deepEqual([mask, chosen], [box.text, 'repaint:jump=2,resamples=3']);
  });

  test('the same again with the same options, something else with another seed', async () => {
    const bytes = async (seed: string): Promise<string> => {
      await edit('a.png', '-s', seed, '-q', '-o', place('again.npy'));
      return Array.from((await readNpy(place('again.npy'))).data, Number).join();
    };
    assert.equal(await bytes('1'), await bytes('1'));
    assert.notEqual(await bytes('1'), await bytes('2'));
  });

  for (const [name, given] of [
    ['a.png', drawn(8, 3)],
    ['alpha.png', drawn(8, 4)],
    ['grey.png', drawn(8, 1)],
    ['long.png', wide],
  ] as const) {
    test(`strength 0 is the picture itself, and so is an empty mask: ${name}`, async () => {
      const zero = await edit(name, '--strength', '0', '-q', '-o', place('same.png'));
      assert.deepEqual([zero.code, zero.stderr], [0, '']);
      assert.deepEqual(await readImage(place('same.png')), given);
      const everything = ['-m', 'box:-1,-1,99,99', '--invert-mask'];
      const { code, stderr } = await edit(name, ...everything, '--with', 'repaint', '-o', place('same.png'));
      assert.equal(code, 0, stderr);
      assert.match(
        stderr,
        /Nothing may change, the mask "box:-1,-1,99,99" is empty there: the picture comes back as it is\.\n/,
      );
      assert.deepEqual(await readImage(place('same.png')), given);
    });
  }

  test('the size and the transparency of the source, where there is no mask', async () => {
    for (const name of ['variations', 'colourise:rule=ddnm', 'partial-noising']) {
      const { code, stderr } = await edit('long.png', '--with', name, '-o', place('back.png'));
      assert.equal(code, 0, stderr);
      assert.match(stderr, /is 20 × 12 pixels: it is edited at 8 × 8, and the result is brought back\./);
      const out = await readImage(place('back.png'));
      assert.deepEqual([out.width, out.height, out.channels], [20, 12, 4], name);
      const alpha = (of: Picture) => of.data.filter((_, i) => i % 4 === 3);
      assert.deepEqual(alpha(out), alpha(wide), name);
      assert.notDeepEqual(out.data, wide.data);
    }
  });

  test('the picture as it is where there is nothing to paint', async () => {
    const { code, stderr } = await edit('a.png', '--with', 'outpaint:right=0', '-o', place('same.png'));
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^There is no margin to paint: name one, as in outpaint:right=16\./);
    assert.deepEqual(await readImage(place('same.png')), drawn(8, 3));
  });

  test('before and after beside each other, the way as a GIF, and previews', async () => {
    const more = [
      '--strip',
      place('strip.png'),
      '--gif',
      place('way.gif'),
      '--previews',
      place('previews'),
      '--scale',
      '2',
    ];
    const { code, stderr } = await edit(
      'a.png',
      '--strength',
      '1',
      '-n',
      '2',
      '-m',
      box.text,
      ...more,
      '-o',
      place('two/'),
    );
    assert.equal(code, 0, stderr);
    const strip = await sharp(place('strip.png')).metadata();
    assert.deepEqual([strip.width, strip.height], [4 * 18 + 2, 20]); // source, hole, two results
    const gif = await sharp(place('way.gif'), { animated: true }).metadata();
    assert.deepEqual([gif.pages, gif.width], [5, 3 * 18 + 2]); // four steps and the end
    assert.deepEqual(readdirSync(place('two')).sort(), ['0000.png', '0001.png']);
    assert.ok(readdirSync(place('previews')).length >= 3, readdirSync(place('previews')).join());
    assert.notDeepEqual((await readImage(place('two/0000.png'))).data, (await readImage(place('two/0001.png'))).data);
    assert.equal(((await readRecipe(place('two/0001.png'))) as Record<string, unknown>)['index'], 1);
  });

  test('an interpolation from one picture to the other', async () => {
    const { code, stderr } = await edit(
      'a.png',
      '--with',
      'interpolate',
      '--to',
      place('b.png'),
      '-n',
      '3',
      '-o',
      place('way/'),
    );
    assert.equal(code, 0, stderr);
    assert.deepEqual((await readImage(place('way/0000.png'))).data, drawn(8, 3).data);
    assert.deepEqual((await readImage(place('way/0002.png'))).data, (await readImage(place('b.png'))).data);
  });

  test('an interpolation of what two seeds draw, without inverting them', async () => {
    const argv = ['--model', place('model'), '--steps', '4', '--threads', '1', '-c', 'class 0'];
    const out = await cli(
      'edit',
      'seed:3',
      '--to',
      'seed:8',
      '--with',
      'interpolate',
      '-n',
      '3',
      ...argv,
      '-o',
      place('seeds/'),
    );
    assert.equal(out.code, 0, out.stderr);
    for (const [seed, file] of [
      ['3', '0000.png'],
      ['8', '0002.png'],
    ] as const) {
      await cli('sample', '-n', '1', '-s', seed, ...argv, '--scale', '1', '-o', place('drawn/'));
      assert.deepEqual((await readImage(place(`seeds/${file}`))).data, (await readImage(place('drawn/0000.png'))).data);
    }
    const recipe = (await readRecipe(place('seeds/0001.png'))) as Record<string, unknown>;
    assert.equal((recipe['to'] as Record<string, unknown>)['path'], 'seed:8');
    const again = await cli('replay', place('seeds/0001.png'), '--threads', '1');
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /the same, byte for byte/);
  });

  test('guidance by class, which other edits and recipes know of', async () => {
    const bytes = async (...argv: readonly string[]): Promise<string> => {
      const { code, stderr } = await edit(
        'a.png',
        '--with',
        'blend',
        '-m',
        box.text,
        '-c',
        'class 1',
        ...argv,
        '-o',
        place('guided.png'),
      );
      assert.equal(code, 0, stderr);
      return (await readImage(place('guided.png'))).data.join();
    };
    const [plain, guided] = [await bytes(), await bytes('-g', '5')];
    assert.notEqual(guided, plain);
    assert.notEqual(await bytes('-g', '5', '--guidance-method', 'apg'), guided);
  });

  test('a remark where the source has 16 bits a channel, and only there', async () => {
    await sharp(drawn(8, 3).data, { raw: { width: 8, height: 8, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toFile(place('deep.png'));
    const remark =
      'ROOT/deep.png has more than 8 bits a channel: it is read and written with 8, outside of a mask as well.';
    const argv = ['--with', 'blend', '-m', box.text, '-o', place('bytes.png')];
    const { code, stderr } = await edit('deep.png', ...argv);
    assert.equal(code, 0, stderr);
    assert.equal(plain(stderr).split(remark).length, 2, stderr);
    const told = events(await edit('deep.png', ...argv, '--json')).filter(({ event }) => event === 'note');
    assert.ok(
      told.some(({ text }) => plain(String(text)) === remark),
      JSON.stringify(told),
    );
    for (const name of ['a.png', 'a.jpg']) {
      assert.doesNotMatch((await edit(name, '-o', place('bytes.png'))).stderr, /bits/, name);
    }
  });

  test('one picture of each class that is named, or several of each', async () => {
    for (const [named, count, labels] of [
      ['all', '2', [0, 1]],
      ['class 1,class 0', '4', [1, 1, 0, 0]],
      ['class 1', '2', [1, 1]],
      ['class 0&!class 1', '1', [0]],
    ] as const) {
      const { code, stderr } = await edit('a.png', '-c', named, '-n', count, '-o', place('each/'));
      assert.equal(code, 0, stderr);
      assert.deepEqual(((await readRecipe(place('each/0000.png'))) as Record<string, unknown>)['labels'], labels);
    }
  });

  test('an edit by a model that is told attributes, guided and with gradients', async () => {
    const data = [...brief('emoji:noto/faces', place('attributes')), '--condition', 'attributes', '--steps', '4'];
    await cli('train', ...data, '--curve', 'constant', '-q');
    const values = async (...argv: readonly string[]): Promise<string> => {
      const own = ['--model', place('attributes'), '--with', 'dps', '-m', box.text, '--steps', '3', '--threads', '1'];
      const { code, stderr } = await cli('edit', place('a.png'), ...own, ...argv, '-o', place('told.npy'));
      assert.equal(code, 0, stderr);
      return Array.from((await readNpy(place('told.npy'))).data, Number).join();
    };
    const smile = await values('--attributes', 'mouth:smile', '-g', '4');
    assert.ok(smile !== (await values()), 'telling changes nothing');
    assert.ok(smile !== (await values('--attributes', 'mouth:open', '-g', '4')), 'all attributes are alike');
    const two = ['--model', place('attributes'), '--attributes', 'mouth:smile; mouth:open'];
    const { code, stderr } = await cli('edit', place('a.png'), ...two, '-o', place('told.npy'));
    const sentence = 'edit: --attributes "mouth:smile; mouth:open" is 2 lists for 1 result. Name one of them, or take';
    assert.deepEqual([code, stderr.includes(sentence)], [2, true], stderr);
  });

  test('a larger picture of a small one, other kinds of files, and JSON', async () => {
    const { code, stderr } = await edit(
      'a.jpg',
      '--with',
      'super-resolution:factor=2,rule=ddnm',
      '--fit',
      'none',
      '-o',
      place('big.png'),
    );
    assert.equal(code, 0, stderr);
    assert.equal((await readImage(place('big.png'))).width, 16);
    const told = await edit('a.webp', '--json', '-o', place('out.png'));
    const { event: _, ...result } = events(told).at(-1)!;
    assert.deepEqual(result['files'], [place('out.png')]);
    assert.equal(result['seam'], null);
  });
});

suite('the help', () => {
  const flat = (text: string): string => text.replace(/\s+/g, ' ');

  test('says every edit in a line with what it needs', async () => {
    const { code, stdout } = await cli('edit', '--help');
    assert.equal(code, 0, stdout);
    assert.match(flat(stdout), / repaint [^.]+\. Needs --mask\. Options: jump, resamples\./);
    assert.match(flat(stdout), / interpolate [^.]+\. Needs --to\./);
    assert.match(stdout, /^ {2}colourise +\S/m);
  });

  test('says the options of the edit that is named, with ranges', async () => {
    const { code, stdout } = await cli('edit', '--with', 'repaint', '--help');
    assert.equal(code, 0, stdout);
    assert.match(flat(stdout), /Options of repaint, for --with repaint:NAME=VALUE,… repaint /);
    assert.match(flat(stdout), /resamples=N [^(]+\(1 to 10000, default 10\)/);
    assert.ok(!stdout.includes('colourise:'), stdout);
    assert.match(flat((await cli('edit', '--semantic', 'x=1', '--help')).stdout), /Options of semantic, .* boost=X /);
    assert.match((await cli('edit', '--with', 'repant', '--help')).stderr, /Did you mean "repaint"\?/);
  });
});

type RefusedCase = readonly [argv: readonly string[], code: number, sentence: string];

suite('what is refused', () => {
  const cases: readonly RefusedCase[] = [
    [['none.png'], 1, 'none.png'],
    [['a.png', '-g', '3'], 2, 'needs classes to follow'],
    [['broken.png'], 1, 'ROOT/broken.png cannot be read as an image'],
    [['a.png', '--strength', '2'], 2, 'edit: --strength must be a number in [0, 1], got 2.'],
    [
      ['a.png', '--with', 'partial-noising:strength=2'],
      2,
      'edit: --with: partial-noising: strength must be a number in [0, 1], got 2.',
    ],
    [['a.png', '--with', 'repaint:jmp=2'], 2, 'edit: --with: repaint has no option jmp. Did you mean "jump"?'],
    [['a.png', '--with', 'repant'], 2, 'Unknown edit "repant". Did you mean "repaint"?'],
    [
      ['a.png', '--with', 'repaint'],
      2,
      'edit: repaint needs a mask that says where the picture may change. Name one with --mask.',
    ],
    [['a.png', '--with', 'interpolate'], 2, 'edit: interpolate needs a second picture to go to. Name one with --to.'],
    [['a.png', '--to', 'b.png'], 1, 'b.png'],
    [['a.png', '-m', 'box:1,2,3'], 2, 'edit: --mask box takes box:X,Y,W,H in pixels, got "box:1,2,3".'],
    [
      ['a.png', '-m', 'square:1,2,3,4'],
      2,
      'edit: --mask takes box:X,Y,W,H, circle:X,Y,R or a picture file, got "square:1,2,3,4", which is none of them.',
    ],
    ...['box:8,0,10,10', 'box:-4,0,4,8', 'box:2,2,0,5', 'box:2,2,5,-1'].map(
      (mask): RefusedCase => [
        ['a.png', '-m', mask],
        2,
        `edit: --mask "${mask}" covers no pixel of the picture, which is 8 × 8. Take a box that lies in it, at least a pixel wide and high.`,
      ],
    ),
    ...['circle:4,4,-3', 'circle:30,4,5', 'circle:4,4,0'].map(
      (mask): RefusedCase => [
        ['a.png', '-m', mask, '--invert-mask'],
        2,
        `edit: --mask "${mask}" covers no pixel of the picture, which is 8 × 8. Take a circle that lies in it, of a radius of at least a pixel.`,
      ],
    ),
    [['a.png', '-o', 'SOURCE'], 2, 'edit: --out "ROOT/a.png" would write over its own source. Name another file.'],
    [
      ['a.png', '--strip', 'SOURCE'],
      2,
      'edit: --strip "ROOT/a.png" would write over its own source. Name another file.',
    ],
    [
      ['a.png', '-m', 'MASK24', '-o', 'MASK24'],
      2,
      'edit: --out "ROOT/large.png" would write over the mask. Name another file.',
    ],
    [
      ['b.png', '--with', 'interpolate', '--to', 'SOURCE', '-o', 'SOURCE'],
      2,
      'edit: --out "ROOT/a.png" would write over the picture of --to. Name another file.',
    ],
    [
      ['a.png', '-o', 'refused.png', '--strip', './refused.png'],
      2,
      'edit: two results would be written to "./refused.png". Name another file.',
    ],
    ...['a.jpg', 'a.svg', 'a.gif', 'a'].map(
      (out): RefusedCase => [
        ['a.png', '-o', out],
        2,
        `edit: --out must end in .png or .npy, or / for a folder of single files, got "${out}".`,
      ],
    ),
    [['a.png', '--eta', '1', '--sampler', 'heun'], 2, 'edit: --eta is not for the sampler heun.'],
    [
      ['a.png', '-c', 'all'],
      2,
      '^Error: edit: --class "all" is 2 classes for 1 result. Name one of them, or take --count 2.',
    ],
    [
      ['a.png', '-c', 'class 0,1,class 0', '-n', '2'],
      2,
      'edit: --class "class 0,1,class 0" is 3 classes for 2 results. Name one of them, or take --count 3.',
    ],
    [['a.png', '--guidance-rescale', '0.5'], 2, 'edit: --guidance-rescale corrects guidance, and there is none.'],
    [['a.png', '--attributes', 'mouth:open'], 2, 'edit: --attributes is for models that are told attributes'],
    [
      ['a.png', '--weak-model', 'models/judge-32'],
      2,
      'edit: models/judge-32 is a classifier, and --weak-model takes a model',
    ],
    [
      ['odd.png', '--fit', 'none'],
      2,
      'edit: this network takes sides that are multiples of 2, got 9 × 9. Bring the picture to such a size, or leave --fit none out.',
    ],
    [
      ['odd.png', '--fit', 'none', '--with', 'outpaint:left=3,right=2'],
      2,
      'multiples of 2, got 14 × 9. Take other margins, as in outpaint:left=3,right=2,bottom=1.',
    ],
    [
      ['odd.png', '--with', 'outpaint:right=4'],
      1,
      '^Error: edit: outpaint keeps the bytes of ROOT/odd.png, which is 9 × 9 where the model takes 8 × 8. Bring it to ' +
        'that size first, or take --fit none --with outpaint:right=5,bottom=1: both sides of the canvas must be ' +
        'multiples of 2.',
    ],
    [
      ['a.png', '-m', 'MASK24'],
      1,
      'edit: the mask ROOT/large.png is 24 × 24 pixels and the picture 8 × 8. Draw it in the size of the picture.',
    ],
    [['a.png', '--feather', '2'], 2, 'edit: --feather is for a mask. Name one with --mask.'],
    [
      ['a.png', '--with', 'blend', '--strength', '0.5', '-m', box.text],
      2,
      'edit: --strength is not for "blend". It is for: ',
    ],
    [['a.png', '--strip', 'out.gif'], 2, 'edit: --strip must end in .png, got "out.gif".'],
    [
      ['large.png', '--with', 'outpaint:right=4'],
      1,
      'edit: outpaint keeps the bytes of ROOT/large.png, which is 24 × 24 where the model takes 8 × 8.',
    ],
    [
      ['a.png', '--with', 'super-resolution:factor=3'],
      2,
      'edit: super-resolution of this factor needs a picture of 2.67 × 2.67 pixels.',
    ],
  ];
  for (const [[picture = '', ...argv], code, sentence] of cases) {
    test(`${picture} ${argv.join(' ')}`, async () => {
      const files: Readonly<Record<string, string>> = { MASK24: place('large.png'), SOURCE: place('a.png') };
      const words = argv.map((word) => files[word] ?? word);
      const outcome = await edit(picture, ...words, ...(words.includes('-o') ? [] : ['-o', place('refused.png')]));
      assert.equal(outcome.code, code, outcome.stderr);
      const told = `^${plain(outcome.stderr)}`; // a sentence that begins with ^ is the first that is said
      assert.ok(told.includes(sentence), told);
    });
  }
});

test('a seed that is none is refused as such, on either side', async () => {
  const usual = ['--model', place('model'), '--steps', '4', '--threads', '1', '-o', place('refused.png')];
  const refused = async (seed: string, ...argv: readonly string[]): Promise<void> => {
    const { code, stderr } = await cli('edit', ...argv, ...usual);
    const got = `seed: needs a whole number from 0 behind it, as in seed:7, got "${seed}". Name one, or a picture file.`;
    assert.deepEqual([code, stderr], [2, `Error: ${got}\n`]);
  };
  for (const seed of ['seed:abc', 'seed:-1', 'seed:1.5', 'seed:', 'seed:99999999999999999999']) {
    await refused(seed, seed);
    await refused(seed, place('a.png'), '--with', 'interpolate', '--to', seed);
  }
});

test('Ctrl-C ends it with code 130 and leaves no half picture', async () => {
  const child = start(
    ...['edit', place('a.png'), '--model', place('model'), '--threads', '1', '--json'],
    ...['--with', 'repaint:resamples=2000', '-m', box.text, '-o', place('never.png')],
  );
  await seen(child, /"event":"progress"/);
  child.kill('SIGINT');
  assert.equal((await child.ended).code, 130);
  assert.ok(!readdirSync(root).some((file) => file.includes('never')), readdirSync(root).join());
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { encodePng, readImage, readRecipe, writePng } from '../src/files/index.js';
import { cli, events } from './cli-harness.js';
import { pictureFolder } from './cli-pictures.js';

const { place, plain: rooted, options } = await pictureFolder('replay');
const plain = (text: string): string => rooted(text).replace(/[\da-f]{12}…/g, 'HASH…');

await cli('train', ...options('run'), '--steps', '2');
await cli('train', ...options('other'), '--steps', '3');
const source = place('source.png');
await copyFile(join(place('pictures'), 'left', '0.png'), source);
const usual = ['--model', place('run'), '--steps', '3', '--threads', '1', '-q'] as const;

/** Makes a picture by a command line, replays it, and says what came of it. */
async function replayed(file: string, ...argv: readonly string[]) {
  const made = await cli(...argv);
  assert.deepEqual([made.code, made.stderr], [0, ''], argv.join(' '));
  const outcome = await cli('replay', place(file), '-o', place(`again-${file}`), '--threads', '1', '--json');
  assert.deepEqual([outcome.code, outcome.stderr], [0, '']);
  assert.ok(
    readFileSync(place(file)).equals(readFileSync(place(`again-${file}`))),
    `${file} is another: ${outcome.stdout}`,
  );
  return events(outcome).at(-1)!;
}

suite('made again, byte for byte', () => {
  test('samples, in a grid of any layout', async () => {
    const { identical, difference } = await replayed(
      'grid.png',
      'sample',
      ...usual,
      '-n',
      '5',
      '-o',
      place('grid.png'),
    );
    assert.deepEqual([identical, difference], [true, { count: 0, most: 0 }]);
    const layout = [
      '--columns',
      '4',
      '--scale',
      '3',
      '--class',
      'left',
      '--guidance',
      '2',
      '--eta',
      '1',
      '--seed',
      '7',
    ];
    await replayed('row.png', 'sample', ...usual, '-n', '4', ...layout, '-o', place('row.png'));
  });

  test('a single sample of several', async () => {
    await cli('sample', ...usual, '-n', '3', '--single', '-o', place('single'));
    await copyFile(join(place('single'), '0002.png'), place('third.png'));
    const outcome = await cli('replay', place('third.png'));
    assert.match(plain(outcome.stdout), /^ROOT\/third\.png: made again in [\d.]+ s: the same, byte for byte\.\n$/);
  });

  test('an edit, from its source', async () => {
    await replayed(
      'edited.png',
      'edit',
      source,
      ...usual,
      '--strength',
      '0.6',
      '--seed',
      '3',
      '-o',
      place('edited.png'),
    );
  });

  test('an inversion', async () => {
    await replayed(
      'inverted.png',
      'invert',
      source,
      ...usual,
      '--class',
      'left',
      '--scale',
      '2',
      '-o',
      place('inverted.png'),
    );
  });

  test('a translation, and its strip', async () => {
    const argv = ['translate', source, ...usual, '--from', 'left', '--to', 'right', '--with', 'ddim'];
    await replayed('translated.png', ...argv, '-o', place('translated.png'), '--strip', place('beside.png'));
    const outcome = await cli('replay', place('beside.png'), '--json');
    assert.equal(events(outcome).at(-1)!['identical'], true, outcome.stdout);
  });

  test('the source may stand beside the picture, or where --source says', async () => {
    const gone = place('gone.png');
    await copyFile(source, gone);
    await cli('edit', gone, ...usual, '-o', place('moved.png'));
    await mkdir(place('folder'), { recursive: true });
    await copyFile(gone, join(place('folder'), 'gone.png'));
    await rm(gone);
    const said = await cli('replay', place('moved.png'), '--source', place('folder'), '--json');
    assert.equal(events(said).at(-1)!['identical'], true, said.stderr);
    await copyFile(place('moved.png'), join(place('folder'), 'moved.png'));
    const beside = await cli('replay', join(place('folder'), 'moved.png'), '--json');
    assert.equal(events(beside).at(-1)!['identical'], true, beside.stderr);
  });

  test('a mask may stand beside the picture, or in the folder of --source', async () => {
    const mask = place('masks.png');
    const half = Uint8Array.from({ length: 192 }, (_, i) => (Math.floor(i / 3) % 8 < 4 ? 255 : 0));
    await writePng(mask, { width: 8, height: 8, channels: 3, data: half });
    const masked = await cli('edit', source, ...usual, '--with', 'blend', '--mask', mask, '-o', place('masked.png'));
    assert.deepEqual([masked.code, masked.stderr], [0, '']);
    const { mask: file } = (await readRecipe(place('masked.png'))) as { readonly mask: Record<string, string> };
    const sha256 = createHash('sha256').update(readFileSync(mask)).digest('hex');
    assert.deepEqual(file, { path: mask, sha256 });
    const same = async (...argv: readonly string[]): Promise<void> => {
      const outcome = await cli('replay', ...argv, '--json');
      assert.equal(events(outcome).at(-1)!['identical'], true, outcome.stderr);
    };
    await same(place('masked.png'));
    await mkdir(place('apart'), { recursive: true });
    await rename(mask, join(place('apart'), 'masks.png'));
    await same(place('masked.png'), '--source', place('apart')); // the picture is where it was
    await same(place('masked.png'), '--source', join(place('apart'), 'masks.png'));
    await copyFile(source, join(place('apart'), 'other-name.png'));
    await same(place('masked.png'), '--source', join(place('apart'), 'other-name.png'));
    await copyFile(place('masked.png'), join(place('apart'), 'masked.png'));
    await same(join(place('apart'), 'masked.png'));
    await cli('edit', source, ...usual, '--with', 'blend', '--mask', 'box:0,0,4,4', '-o', place('box.png'));
    assert.equal(((await readRecipe(place('box.png'))) as object as { mask?: unknown }).mask, undefined);
  });

  test('nothing is written unless asked for', async () => {
    await cli('sample', ...usual, '-n', '1', '-o', place('one.png'));
    const { files } = events(await cli('replay', place('one.png'), '--json')).at(-1)!;
    assert.deepEqual(files, []);
    assert.ok(!existsSync(place('again-one.png')), 'a file was written');
  });
});

suite('what is not the same is said', () => {
  test('a picture that was changed', async () => {
    await cli('sample', ...usual, '-n', '1', '-o', place('whole.png'));
    const recipe = await readRecipe(place('whole.png'));
    const picture = await readImage(place('whole.png'));
    picture.data[30] = picture.data[30]! ^ 8;
    await writePng(place('touched.png'), picture, { recipe });
    const asked = await cli('replay', place('touched.png'), '--json');
    const { event, identical, difference } = events(asked).at(-1)!;
    assert.deepEqual([event, identical, difference], ['result', false, { count: 1, most: 8 }]);
    const outcome = await cli('replay', place('touched.png'), '-q');
    assert.deepEqual([asked.code, asked.stderr, outcome.code, outcome.stderr], [1, '', 1, '']);
    assert.match(
      plain(outcome.stdout),
      /^ROOT\/touched\.png: made again in [\d.]+ s: not the same: 1 number of it changed, by 8 at most\.\n$/,
    );
  });

  test('another version', async () => {
    const recipe = (await readRecipe(place('whole.png'))) as object;
    await writePng(place('old.png'), await readImage(place('whole.png')), { recipe: { ...recipe, langevin: '0.0.1' } });
    const { stdout, stderr, code } = await cli('replay', place('old.png'));
    assert.match(stdout, /: the same, byte for byte\.\n$/);
    assert.match(stderr, /The picture was made with Langevin 0\.0\.1, and this is [\d.]+: it may differ\./);
    assert.equal(code, 0);
  });

  test('the same picture in another file is the same', async () => {
    await writeFile(place('noted.png'), Buffer.concat([readFileSync(place('whole.png')), Buffer.from('more')]));
    const { stdout, code } = await cli('replay', place('noted.png'));
    assert.match(stdout, /: the same picture in another file\.\n$/);
    assert.equal(code, 0);
  });

  test('other weights, with --anyway', async () => {
    const { stdout, stderr, code } = await cli('replay', place('whole.png'), '--model', place('other'), '--anyway');
    assert.match(
      plain(stderr),
      /ROOT\/other holds other weights than the picture was made with: SHA-256 HASH…, the recipe says HASH…\./,
    );
    assert.match(stdout, /not the same: [\d,]+ numbers of it changed, by \d+ at most\./);
    assert.equal(code, 1);
  });
});

suite('what is wrong', () => {
  const refused = async (argv: readonly string[], message: string, code = 1): Promise<void> => {
    const outcome = await cli('replay', ...argv, '-q');
    assert.deepEqual([plain(outcome.stderr), outcome.code, outcome.stdout], [`Error: ${message}\n`, code, '']);
  };

  test('files without a recipe', async () => {
    await refused(
      [source],
      'replay: ROOT/source.png has no recipe. Pictures that sample, edit, invert and translate write as PNG or GIF have one.',
    );
    const pixel = { width: 1, height: 1, channels: 3, data: new Uint8Array(3) };
    await writeFile(place('half.png'), encodePng(pixel, { recipe: { command: 'sample', langevin: '1' } }));
    await refused([place('half.png')], 'replay: the recipe of ROOT/half.png does not say its model, weights.');
    await writeFile(
      place('strange.png'),
      encodePng(pixel, { recipe: { command: 'smaple', langevin: '1', model: 'm', weights: 'w' } }),
    );
    await refused(
      [place('strange.png')],
      'Unknown command that can be replayed "smaple". Did you mean "sample"? Known: sample, edit, invert, translate.',
    );
    await refused([place('nothing.png')], 'There is no file ROOT/nothing.png.');
    await writeFile(place('text.png'), 'text');
    await refused([place('text.png')], 'ROOT/text.png is neither a PNG nor a GIF: it starts with bytes 74 65 78 74.');
  });

  test('other weights', () =>
    refused(
      [place('whole.png'), '--model', place('other')],
      'replay: ROOT/other holds other weights than the picture was made with: SHA-256 HASH…, the recipe says HASH…. ' +
        'Name the right model with --model DIR, or go on with --anyway.',
    ));

  test('a source that changed, or is gone', async () => {
    const changing = place('changing.png');
    await copyFile(source, changing);
    await cli('edit', changing, ...usual, '-o', place('from.png'));
    await copyFile(join(place('pictures'), 'right', '1.png'), changing);
    await refused(
      [place('from.png')],
      'replay: ROOT/changing.png is not the picture it was: its SHA-256 is HASH…, and the recipe says HASH…. Name the one ' +
        'it was made from with --source FILE.',
    );
    await rm(changing);
    await refused(
      [place('from.png')],
      'replay: the source picture ROOT/changing.png is not there. Name where it is now with --source FILE.',
    );
  });

  test('a mask that changed, or is gone', async () => {
    const mask = place('hole.png');
    await copyFile(join(place('pictures'), 'left', '2.png'), mask);
    await cli('edit', source, ...usual, '--with', 'blend', '--mask', mask, '-o', place('hollow.png'));
    await copyFile(join(place('pictures'), 'right', '1.png'), mask);
    const changed =
      'replay: ROOT/hole.png is not the mask it was: its SHA-256 is HASH…, and the recipe says HASH…. Name the folder of ' +
      'the one it was made with by --source FOLDER.';
    await refused([place('hollow.png')], changed);
    await refused([place('hollow.png'), '--source', source], changed);
    await rm(mask);
    const gone = (at: string): string =>
      `replay: the mask ROOT/${at}hole.png is not there. Name the folder where it is now with --source FOLDER.`;
    await refused([place('hollow.png')], gone(''));
    await refused([place('hollow.png'), '--source', place('folder')], gone('folder/'));
    await refused([place('hollow.png'), '--source', source], gone(''));
  });

  test('another model to translate to', async () => {
    await cp(place('other'), place('target'), { recursive: true });
    const argv = ['translate', source, ...usual, '--from', 'left', '--to', 'right', '--target-model', place('target')];
    await replayed('twice.png', ...argv, '-o', place('twice.png'));
    await rm(place('target'), { recursive: true });
    await cp(place('run'), place('target'), { recursive: true });
    await refused(
      [place('twice.png')],
      'replay: ROOT/target, which the picture was translated with, holds other weights now: SHA-256 HASH…, the recipe says ' +
        'HASH…. Bring back the one it was.',
    );
  });

  test('a grid that was cut', async () => {
    const recipe = await readRecipe(place('whole.png'));
    const { width, channels, data } = await readImage(place('whole.png'));
    const cut = { width, height: 7, channels, data: data.subarray(0, width * 7 * channels) };
    await writePng(place('cut.png'), cut, { recipe });
    await refused(
      [place('cut.png')],
      `replay: no grid of 1 samples of 8 × 8 is ${width} × 7 pixels large. The picture was changed after it was made.`,
    );
  });

  test('an edit that does not say its options', async () => {
    const pixel = { width: 1, height: 1, channels: 3, data: new Uint8Array(3) };
    const { weights, langevin } = (await readRecipe(place('whole.png'))) as Record<string, string>;
    const recipe = { langevin, command: 'edit', model: place('run'), weights };
    await writeFile(place('bare.png'), encodePng(pixel, { recipe }));
    await refused([place('bare.png')], 'replay: the recipe does not say the options of edit.');
  });
});

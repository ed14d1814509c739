import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { encodePng, readRecipe, writeGif, writePng } from '../src/files/index.js';
import { saveModel } from '../src/pipelines/index.js';
import { cli, events, testFolder } from './cli-harness.js';
import { tinyModel } from './model-fixtures.js';

const { place, plain } = await testFolder('gif');

await saveModel(place('model'), { model: tinyModel({ classes: 2 }) });
const solid = { width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(90) };
await writePng(place('a.png'), { ...solid, data: solid.data.map((_, i) => (i * 73) % 256) });
await cli('train', '--data', '2d:moons', '--steps', '1', '--out', place('points'), '--threads', '1', '-q');
const quick = ['--steps', '3', '--threads', '1', '-q'] as const;
const ofModel = ['--model', place('model'), ...quick] as const;

const written: Readonly<Record<string, readonly string[]>> = {
  sample: ['sample', ...ofModel, '-n', '5', '--class', 'class 1', '-o', 'way.gif'],
  'sample, what was expected': [
    'sample',
    ...ofModel,
    '-n',
    '2',
    '--show',
    'expected',
    '--columns',
    '1',
    '-o',
    'way.gif',
  ],
  'sample of points': ['sample', '--model', place('points'), ...quick, '-n', '20', '-o', 'way.gif'],
  edit: ['edit', place('a.png'), ...ofModel, '--strength', '1', '-n', '2', '-o', place('out/'), '--gif', 'way.gif'],
  'edit, enlarged': ['edit', place('a.png'), ...ofModel, '--scale', '3', '-o', place('b.png'), '--gif', 'way.gif'],
  translate: [
    ...['translate', place('a.png'), ...ofModel, '--from', 'class 0', '--to', 'class 1', '--with', 'ddim'],
    ...['-o', place('c.png'), '--gif', 'way.gif'],
  ],
};

suite('a GIF holds its recipe', () => {
  for (const [name, argv] of Object.entries(written)) {
    test(`${name}: it is inspected and made again`, async () => {
      const gif = place(`${name.replace(/\W+/g, '-')}.gif`);
      const made = await cli(...argv.slice(0, -1), gif);
      assert.equal(made.code, 0, made.stderr);
      const recipe = (await readRecipe(gif)) as { readonly command: string };
      assert.equal(recipe.command, argv[0]);
      const { stdout } = await cli('inspect', gif);
      assert.equal(stdout, `The recipe of ${gif}:\n${JSON.stringify(recipe, null, 2)}\n`);
      const again = await cli('replay', gif, '--threads', '1', '-q');
      assert.match(again.stdout, /: the same, byte for byte\.\n$/, again.stderr);
      assert.equal(again.code, 0);
    });
  }

  test('and one that was changed is told by how much', async () => {
    const [gif, other] = [place('changed.gif'), { ...solid, width: 16, height: 4 }];
    await cli(...written['sample']!.slice(0, -1), gif);
    const recipe = await readRecipe(gif);
    const size = { width: 3 * 66 + 2, height: 2 * 66 + 2, channels: 3 };
    const grey = { ...size, data: new Uint8Array(size.width * size.height * 3).fill(9) };
    await writeGif(gif, [grey, { ...grey, data: grey.data.map((byte) => byte + 1) }], { recipe });
    const { code, stdout } = await cli('replay', gif, '--threads', '1', '-q');
    assert.match(plain(stdout), /^ROOT\/changed\.gif: made again in .* s: not the same: it has another size\.\n$/);
    assert.equal(code, 1);
    await writeGif(gif, [other], { recipe });
    const refused = await cli('replay', gif, '--threads', '1', '-q');
    assert.match(refused.stderr, /no grid of 5 samples of 8 × 8 is 16 × 4 pixels large/);
  });
});

suite('inspect of a picture', () => {
  test('tells the recipe of a PNG, and with --json too', async () => {
    await writePng(place('told.png'), solid, { recipe: { seed: 7 } });
    const { stdout } = await cli('inspect', place('told.png'));
    assert.equal(plain(stdout), 'The recipe of ROOT/told.png:\n{\n  "seed": 7\n}\n');
    const result = events(await cli('inspect', place('told.png'), '--json')).at(-1);
    const expected = { event: 'result', command: 'inspect', picture: place('told.png'), recipe: { seed: 7 } };
    assert.deepEqual(result, expected);
  });

  test('says that there is none, and what is no picture', async () => {
    await writeFile(place('bare.png'), encodePng(solid));
    assert.equal(
      plain((await cli('inspect', place('bare.png'))).stdout),
      'ROOT/bare.png has no recipe: Langevin did not write it, or something else has written it since.\n',
    );
    await writeFile(place('text.gif'), 'text');
    for (const [name, code, message] of [
      ['text.gif', 1, 'ROOT/text.gif is neither a PNG nor a GIF: it starts with bytes 74 65 78 74.'],
      ['none.gif', 1, 'There is no file ROOT/none.gif.'],
    ] as const) {
      const outcome = await cli('inspect', place(name));
      assert.deepEqual([outcome.code, plain(outcome.stderr)], [code, `Error: ${message}\n`]);
    }
    const { code, stderr } = await cli('inspect', place('bare.png'), '--graph');
    assert.deepEqual([code, stderr], [2, 'Error: inspect: --graph and --card are of models. Leave them out.\n']);
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { cli, withDirectory } from '../../../test/cli-harness.js';
import { tinyModel } from '../../../test/model-fixtures.js';
import { enlarge, type Picture, readImage, writePng } from '../../files/index.js';
import { resize } from '../../files/resize.js';
import { saveModel } from '../../pipelines/index.js';

/** Bytes that are all different from their neighbours. */
function drawn({ width, height, channels }: Omit<Picture, 'data'>): Picture {
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 73 + 31) % 256);
  return { width, height, channels, data };
}

const alphaOf = ({ channels, data }: Picture): Uint8Array => data.filter((_, i) => i % channels === channels - 1);

/** A picture made larger by a model of 8 × 8. */
const enlarged = (picture: Picture, ...argv: readonly string[]): Promise<Picture> =>
  withDirectory(async (directory) => {
    const [model, from, to] = ['model', 'small.png', 'large.png'].map((name) => `${directory}/${name}`);
    await saveModel(model!, { model: tinyModel() });
    await writePng(from!, picture);
    const how = ['--with', 'super-resolution:factor=2,rule=ddnm', '--steps', '2', '--threads', '1'];
    const { code, stderr } = await cli('edit', from!, '--model', model!, ...how, ...argv, '-q', '-o', to!);
    assert.equal(code, 0, stderr);
    return readImage(to!);
  });

suite('a picture made larger keeps the transparency of its source', () => {
  for (const channels of [2, 4]) {
    test(`of ${channels} channels, each pixel as a block`, async () => {
      const small = drawn({ width: 4, height: 4, channels });
      const large = await enlarged(small);
      assert.deepEqual([large.width, large.height, large.channels], [8, 8, 4]);
      assert.deepEqual(alphaOf(large), alphaOf(enlarge(small, 2)));
    });
  }

  test('brought to the size it is edited at', async () => {
    const small = drawn({ width: 9, height: 6, channels: 4 });
    const large = await enlarged(small);
    assert.deepEqual(alphaOf(large), alphaOf(enlarge(await resize(small, { width: 4, height: 4 }), 2)));
  });

  test('outside of a mask; what was edited is opaque', async () => {
    const small = drawn({ width: 4, height: 4, channels: 4 });
    const [large, block] = [await enlarged(small, '-m', 'box:0,0,2,4'), enlarge(small, 2)];
    const expected = alphaOf(block).map((byte, i) => (i % 8 < 4 ? 255 : byte));
    assert.deepEqual(alphaOf(large), expected);
    const right = ({ data }: Picture): Uint8Array => data.filter((_, i) => Math.floor(i / 4) % 8 >= 4);
    assert.deepEqual(right(large), right(block));
  });

  test('and an opaque one stays without', async () => {
    assert.equal((await enlarged(drawn({ width: 4, height: 4, channels: 3 }))).channels, 3);
  });
});

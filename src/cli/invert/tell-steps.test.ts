import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { cli, withDirectory } from '../../../test/cli-harness.js';
import { tinyModel } from '../../../test/model-fixtures.js';
import { writePng } from '../../files/index.js';
import { saveModel } from '../../pipelines/index.js';

/** What `invert` or `translate` says of its steps. */
const toldBy = (command: string, ...argv: readonly string[]): Promise<readonly string[]> =>
  withDirectory(async (directory) => {
    const [model, picture] = [`${directory}/model`, `${directory}/a.png`];
    await saveModel(model, { model: tinyModel({ classes: 2 }) });
    await writePng(picture, { width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(90) });
    const usual = ['--model', model, '--with', 'ddim', '--threads', '1', '-o', `${directory}/out.png`];
    const { code, stderr } = await cli(command, picture, ...usual, ...argv);
    assert.equal(code, 0, stderr);
    return stderr.split('\n').filter((line) => line.includes(' steps '));
  });

suite('steps between picture and noise that are not as many as asked for', () => {
  const seven =
    'Between picture and noise there are 7 steps in place of 4: the one next to the picture is cut into 4, because what ' +
    'lowers σ/α more than fourfold there cannot be inverted exactly.';

  test('are more where few were asked for', async () => {
    assert.deepEqual(await toldBy('invert', '--steps', '4'), [seven]);
    assert.deepEqual(await toldBy('translate', '--from', 'class 0', '--to', 'class 1', '--steps', '4'), [seven]);
    assert.deepEqual(await toldBy('invert', '--steps', '100'), []);
  });

  test('of which a strength walks a share', async () => {
    assert.deepEqual(await toldBy('invert', '--steps', '4', '--strength', '0.3'), [
      `${seven} --strength 0.3 walks 2 of them.`,
    ]);
    assert.deepEqual(await toldBy('invert', '--steps', '4', '--strength', '0'), []);
  });

  test('are one less where all levels of training were asked for', async () => {
    assert.deepEqual(await toldBy('invert', '--steps', '1000', '--strength', '0.001'), [
      'Between picture and noise there are 999 steps in place of 1000: the walk ends at the least noise of training, ' +
        'where the last of them would begin. --strength 0.001 walks 1 of them.',
    ]);
  });
});

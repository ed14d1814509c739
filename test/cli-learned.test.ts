import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { learned } from '../src/diffusion/index.js';
import { loadModel } from '../src/pipelines/index.js';
import { cli, testFolder, trainedState } from './cli-harness.js';

const { place } = await testFolder('learned');
const train = (out: string, ...argv: readonly string[]) =>
  cli(
    ...[
      'train',
      '--data',
      '2d:moons',
      '--model',
      'mlp-small',
      '--batch',
      '32',
      '--threads',
      '1',
      '--preview-every',
      '0',
    ],
    ...[
      '--curve',
      'constant',
      '--warmup',
      '2',
      '--schedule',
      'learned:gammaMin=-6,gammaMax=3',
      '--out',
      place(out),
      '-q',
    ],
    ...argv,
  );

suite('train --schedule learned', () => {
  test('moves the schedule between its ends, and the folder keeps it', async () => {
    const { code, stderr } = await train('whole', '--steps', '20', '--validate-every', '10');
    assert.equal(code, 0, stderr);
    const { scheme, values } = await loadModel(place('whole'));
    const grid = scheme.grid as unknown as { schedule: string; options: { weights: string } };
    assert.equal(grid.schedule, 'learned');
    assert.ok(![...values.keys()].some((name) => name.startsWith('schedule.')), 'the schedule is among the weights');
    const moved = learned({ gammaMin: -6, gammaMax: 3, weights: grid.options.weights });
    assert.ok(Math.abs(moved.logSnr(0) - 6) < 1e-9 && Math.abs(moved.logSnr(1) + 3) < 1e-9, 'ends');
    assert.ok(Math.abs(moved.logSnr(0.5) - 1.5) > 1e-3, `${moved.logSnr(0.5)} is where it began`);
    const drawn = await cli('sample', '--model', place('whole'), '-n', '4', '--steps', '3', '-o', place('a.npy'), '-q');
    assert.equal(drawn.code, 0, drawn.stderr);
  });

  test('is the same after a resume as without a stop', async () => {
    await train('one', '--steps', '6', '--validate-every', '0');
    await train('two', '--steps', '3', '--validate-every', '0');
    await cli('train', '--out', place('two'), '--resume', '--steps', '6', '--threads', '1', '-q');
    assert.deepEqual(trainedState(place('one'), 6), trainedState(place('two'), 6));
  });

  test('what does not go with it is said', async () => {
    const refused = async (argv: readonly string[], message: string): Promise<void> => {
      const { code, stderr } = await train('none', ...argv);
      assert.deepEqual([code, stderr], [2, `Error: train: --schedule learned ${message}\n`]);
    };
    const bound = 'is trained by the variational bound in continuous time, which leaves no room for';
    await refused(['--weighting', 'min-snr'], `${bound} --weighting. Leave it out.`);
    await refused(['--prediction', 'flow'], 'goes with --prediction epsilon, v or x0, got flow.');
  });
});

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { test } from 'node:test';
import { cli, withDirectory } from '../../../test/cli-harness.js';

test('one step is one step, points are points, and a run that is there is told before data are loaded', () =>
  withDirectory(async (directory) => {
    const run = `${directory}/run`;
    const train = (data: string) => cli('train', '--data', data, '--steps', '1', '--out', run, '--threads', '1');
    assert.match((await train('2d:moons')).stdout, /^Trained 1 step in 0:\d\d\. The model is in /);
    const { stdout } = await cli('inspect', run);
    assert.match(stdout, /^ {2}Trained {6}1 step in 0:\d\d$/m);
    assert.match(stdout, /^ {2}Data {9}10,000 points of 2d:moons$/m);
    const { code, stderr } = await train('2d:moons');
    const message = `${run} holds a run already, at step 1. Continue it with --resume, or choose another --out.`;
    assert.deepEqual([code, stderr], [1, `Error: ${message}\n`]);
    await mkdir(`${directory}/empty`); // data that cannot be loaded come after it
    assert.equal((await train(`${directory}/empty`)).stderr, `Error: ${message}\n`);
    assert.ok(existsSync(`${run}/model`), 'the run is as it was');
  }));

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { readNdjson } from '../src/files/index.js';
import { readSafetensors, writeSafetensors } from '../src/nn/index.js';
import { checkpointSteps } from '../src/training/index.js';
import { cli, seen, start } from './cli-harness.js';
import { brief, pictureFolder } from './cli-pictures.js';

const { data, place, plain, options } = await pictureFolder('resume');

const checkpoints = (name: string): string => join(place(name), 'checkpoints');

type Line = Readonly<Record<string, number>>;

const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** The lines of a run's metrics without what no two runs share. */
async function lines(name: string): Promise<readonly Line[]> {
  const all = await readNdjson<Line>(join(place(name), 'metrics.jsonl'));
  return all.map(({ seconds: _, ...rest }) => rest);
}

async function done(...argv: readonly string[]): Promise<void> {
  const { code, stderr } = await cli('train', ...argv, '-q');
  assert.deepEqual([code, stderr], [0, '']);
}

/** `--resume` is refused with a sentence, and no file of the run is touched. */
async function refused(name: string, message: string): Promise<void> {
  const contents = (): readonly string[] =>
    readdirSync(place(name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => `${join(parentPath, name)} ${digest(join(parentPath, name))}`);
  const before = contents();
  const { code, stdout, stderr } = await cli(
    ...['train', '--out', place(name), '--resume', '--steps', '9', '--threads', '1', '-q'],
  );
  assert.equal(plain(stderr), `Error: ${message}\n`);
  assert.deepEqual([code, stdout], [1, '']);
  assert.deepEqual(contents(), before);
}

suite('a run is continued on the data it began with, or not at all', async () => {
  const changing = place('changing');
  const begun = async (): Promise<void> => {
    await rm(changing, { recursive: true, force: true });
    await rm(place('changed'), { recursive: true, force: true });
    await cp(data, changing, { recursive: true });
    await done(...brief(changing, place('changed')), '--steps', '2');
  };
  const remedy = 'Restore it, or start a new run with another --out.';
  const changes: Readonly<Record<string, readonly [change: () => Promise<unknown>, said: string]>> = {
    'a class of another name': [
      () => rename(join(changing, 'left'), join(changing, 'z')),
      'had the classes left, right when the run began, and has right, z now',
    ],
    'a class more': [
      () => cp(join(changing, 'left'), join(changing, 'a'), { recursive: true }),
      'had the classes left, right when the run began, and has a, left, right now',
    ],
    'a picture more': [
      () => cp(join(changing, 'left', '0.png'), join(changing, 'left', 'new.png')),
      'had 40 pictures when the run began, and has 41 now',
    ],
    'a picture in another class': [
      () => rename(join(changing, 'left', '0.png'), join(changing, 'right', '0.png')),
      'has as many pictures as when the run began, but others: names, contents or classes differ',
    ],
  };
  for (const [name, [change, said]] of Object.entries(changes)) {
    test(name, async () => {
      await begun();
      await change();
      await refused('changed', `The data of ROOT/changed has changed: ROOT/changing ${said}. ${remedy}`);
    });
  }

  test('an older run has no fingerprint, and goes on', async () => {
    await begun();
    const file = join(place('changed'), 'config.json');
    const { data: known, ...plan } = JSON.parse(readFileSync(file, 'utf8'));
    assert.match(known.fingerprint, /^[0-9a-f]{16}$/);
    const { fingerprint: _, ...older } = known;
    await writeFile(file, JSON.stringify({ ...plan, data: older }));
    await done('--out', place('changed'), '--resume', '--steps', '3', '--threads', '1');
  });
});

test('a run without a checkpoint is not begun anew by --resume, and says how that is done', async () => {
  await done(...options('bare'), '--steps', '12');
  await rm(checkpoints('bare'), { recursive: true });
  await refused(
    'bare',
    'There is no checkpoint in ROOT/bare/checkpoints, so the run cannot be continued. ' +
      'To start over, delete ROOT/bare and leave out --resume, or choose another --out.',
  );
  const { code, stderr } = await cli('train', ...options('bare'), '--steps', '2', '-q');
  assert.deepEqual(
    [code, plain(stderr)],
    [1, 'Error: ROOT/bare holds a run already, without a checkpoint. Delete it, or choose another --out.\n'],
  );
});

test('a run that was killed before it wrote anything says so, and a folder that is no run is left alone', async () => {
  await done(...options('early'), '--steps', '1');
  for (const name of ['checkpoints', 'metrics.jsonl']) await rm(join(place('early'), name), { recursive: true });
  const begin = async () => plain((await cli('train', ...options('early'), '--steps', '1', '-q')).stderr);
  assert.equal(
    await begin(),
    'Error: ROOT/early holds a run already, without a checkpoint. Delete it, or choose another --out.\n',
  );
  await writeFile(join(place('early'), 'config.json'), '{}');
  assert.equal(await begin(), "Error: ROOT/early has a config.json that is no run's. Choose another --out.\n");
});

suite('the log of a run that was stopped is that of one that was not', async () => {
  const length = ['--steps', '34', '--validate-every', '8', '--checkpoint-every', '7'];
  await done(...options('whole'), ...length);
  const wanted = await lines('whole');

  test('the whole log is there', () => {
    const steps = (key: string) => wanted.flatMap((line) => (key in line ? [line['step']] : []));
    assert.deepEqual(
      [steps('loss'), steps('heldOut')],
      [
        [10, 20, 30, 34],
        [8, 16, 24, 32, 34],
      ],
    );
  });

  test('by kill -9: the lines after the checkpoint are written again', async () => {
    const child = start('train', ...options('killed'), ...length, '--json');
    await seen(child, /"event":"step","step":10,/);
    child.kill('SIGKILL');
    await child.ended;
    const at = (await checkpointSteps(checkpoints('killed'))).at(-1)!;
    assert.ok(at % 10 !== 0 && at < 34, `killed after the checkpoint of step ${at}`);
    await done('--out', place('killed'), '--resume', '--threads', '1');
    assert.deepEqual(await lines('killed'), wanted);
  });

  test('by Ctrl-C', async () => {
    const child = start('train', ...options('stopped'), ...length, '--json');
    await seen(child, /"event":"step","step":10,/);
    child.kill('SIGINT');
    assert.equal((await child.ended).code, 130);
    await done('--out', place('stopped'), '--resume', '--threads', '1');
    assert.deepEqual(await lines('stopped'), wanted);
  });

  test('by a length that was too short: but for the lines of its end, all are the same', async () => {
    const flat = ['--curve', 'constant'];
    await done(...options('short'), ...flat, '--steps', '7');
    await done('--out', place('short'), '--resume', '--steps', '20', '--threads', '1');
    await done(...options('long'), ...flat, '--steps', '20');
    const [short, long] = await Promise.all(['short', 'long'].map(lines));
    assert.deepEqual(
      short!.map(({ step }) => step),
      [7, 10, 20],
    );
    assert.deepEqual(short!.slice(1), long);
  });
});

suite('a checkpoint with NaN in it', () => {
  const poison = async (name: string, step: number): Promise<void> => {
    const file = join(checkpoints(name), `step-${String(step).padStart(9, '0')}`, 'p.safetensors');
    const { tensors } = readSafetensors(readFileSync(file));
    (tensors.get('conv_in.bias')!.data as Float32Array)[0] = Number.NaN;
    await writeFile(file, writeSafetensors(tensors));
  };
  const bad = (step: number) =>
    `ROOT/wild/checkpoints/step-00000000${step}/p.safetensors: "conv_in.bias" has numbers that are infinite or none, ` +
    'as after too high a rate.';

  test('is set aside for the one before it', async () => {
    await done(...options('wild'), '--steps', '4', '--checkpoint-every', '2');
    await poison('wild', 4);
    const { code, stderr } = await cli('train', '--out', place('wild'), '--resume', '--threads', '1', '-q');
    assert.equal(code, 0, stderr);
    const folder = 'ROOT/wild/checkpoints';
    assert.equal(
      plain(stderr),
      `Note: the checkpoint ${folder}/step-000000004 is damaged and now ${folder}/damaged-step-000000004; ` +
        `going on from step 2. ${bad(4)}\n`,
    );
    assert.deepEqual(await checkpointSteps(checkpoints('wild')), [2, 4]);
  });

  test('is told when there is no other', async () => {
    await poison('wild', 2);
    await poison('wild', 4);
    await refused('wild', `None of the 2 checkpoints in ROOT/wild/checkpoints can be gone on from. ${bad(4)}`);
    await rm(join(checkpoints('wild'), 'step-000000004'), { recursive: true });
    await refused('wild', `The only checkpoint in ROOT/wild/checkpoints cannot be gone on from. ${bad(2)}`);
  });
});

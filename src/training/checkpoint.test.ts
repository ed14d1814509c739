import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { givenGradients, randomPictures } from '../../test/training-fixtures.js';
import { floats, type HostArray } from '../core/host-array.js';
import { fold, key } from '../core/random.js';
import { batches } from '../data/index.js';
import { cosine as cosineSchedule, grid, simple, uniformLevels, uniformWeighting, v } from '../diffusion/index.js';
import { initialise, presetConfig, unet2d } from '../nn/index.js';
import { createRuntime } from '../runtime/node.js';
import { checkpointSteps, latestCheckpoint, restoreCheckpoint, saveCheckpoint } from './checkpoint.js';
import { cosine } from './curves/index.js';
import { batchFeeds, denoisingObjective } from './denoising.js';
import { adamw } from './optimizers/index.js';
import { createStepper, type Stepper } from './stepper.js';
import { train } from './trainer.js';

const runtime = createRuntime({ threads: 1 });
const [classes, batch, accumulate] = [3, 4, 2];
const data = randomPictures({ count: 10, classes });
const network = unet2d(presetConfig('tiny', { classes, dropout: 0.1 }));

/** A whole small training run: a class-conditional U-Net with dropout, two backward passes a step, an average. */
async function session() {
  const objective = denoisingObjective({ network, batch, picture: [3, 8, 8], conditional: true, training: true });
  const stepper = await createStepper({
    ...{ runtime, objective, accumulate, clip: true, ema: true },
    initial: initialise(network.params, fold(key(4), 'weights')),
    optimizer: adamw(),
  });
  const order = batches({ data, key: fold(key(4), 'order'), batchSize: batch });
  const feeds = (step: number, part: number) =>
    batchFeeds({
      loss: simple(),
      grid: grid({ schedule: cosineSchedule() }),
      prediction: v,
      weighting: uniformWeighting(),
      levels: uniformLevels(),
      batch: order.at((step * accumulate + part) * batch),
      classes: { nullLabel: classes, dropout: 0.2 },
      masks: objective.masks(),
      key: fold(key(4), 'step', step, part),
    });
  /** Trains until `steps` are done; the losses on the way. */
  const trainTo = async (steps: number): Promise<readonly number[]> => {
    const losses: number[] = [];
    const curve = cosine({ warmup: 2 });
    const settings = { stepper, feeds, accumulate, lr: 1e-3, curve, clip: 1, emaDecay: 0.99 };
    for await (const { loss } of train({ ...settings, total: steps, curveTotal: () => 6 })) losses.push(loss);
    return losses;
  };
  return { stepper, trainTo, [Symbol.dispose]: () => stepper[Symbol.dispose]() };
}

/** A stepper that takes no time to make. */
const plain = () =>
  createStepper({
    ...{ runtime, accumulate: 1, clip: true, ema: true, optimizer: adamw() },
    objective: givenGradients(new Map([['a', [300]]])),
    initial: new Map([['a', floats([300])]]),
  });

const everything = (stepper: Stepper): Record<string, Map<string, HostArray>> =>
  Object.fromEntries(stepper.kinds.map((kind) => [kind, stepper.read(kind)]));

const folder = await mkdtemp(join(tmpdir(), 'langevin-checkpoint-'));
after(() => rm(folder, { recursive: true }));
const remembered = { seed: 4, seconds: 1.5, config: { lr: 1e-3 } };

suite('checkpoints', () => {
  test('2N steps equal N steps, a checkpoint, a new process and N steps: bit for bit', async () => {
    using whole = await session();
    const losses = await whole.trainTo(6);
    const root = join(folder, 'resume');
    using first = await session();
    const before = await first.trainTo(3);
    await saveCheckpoint(root, first.stepper, { ...remembered, keep: 1 });
    using second = await session();
    const latest = await latestCheckpoint(root);
    assert.equal(latest!.step, 3);
    await restoreCheckpoint(latest!.path, second.stepper);
    assert.deepEqual(everything(second.stepper), everything(first.stepper));
    assert.deepEqual([...before, ...(await second.trainTo(6))], losses);
    assert.deepEqual(everything(second.stepper), everything(whole.stepper));
  });

  test('say what they were saved with', async () => {
    using run = await plain();
    const path = await saveCheckpoint(join(folder, 'said'), run, { ...remembered, keep: 1 });
    assert.deepEqual((await readdir(path)).sort(), [
      ...['ema.safetensors', 'm.safetensors', 'p.safetensors', 'state.json', 'v.safetensors'],
    ]);
    const { kinds, ...state } = { kinds: ['p', 'm', 'v', 'ema'], ...remembered, step: 0 };
    assert.deepEqual(await latestCheckpoint(join(folder, 'said')), { ...state, kinds, path });
  });

  test('only the newest are kept', async () => {
    using run = await plain();
    const root = join(folder, 'rotation');
    assert.equal(await latestCheckpoint(root), null);
    for (const step of [1, 2, 30, 1_000_000_000, 4_000_000_000]) {
      run.setSteps(step);
      await saveCheckpoint(root, run, { ...remembered, keep: 2 });
    }
    assert.deepEqual(await readdir(root), ['step-1000000000', 'step-4000000000']);
    assert.deepEqual(await checkpointSteps(root), [1_000_000_000, 4_000_000_000]);
  });

  test('what was left half-written is passed over, and cleared away', async () => {
    using run = await plain();
    const root = join(folder, 'half');
    run.setSteps(5);
    await saveCheckpoint(root, run, { ...remembered, keep: 3 });
    // A process that was killed while writing, and one that was killed while deleting.
    await mkdir(join(root, '.step-000000009.2147483647-0123abcd.tmp'));
    await mkdir(join(root, 'step-000000007'));
    await writeFile(join(root, 'step-000000007', 'p.safetensors'), 'half of');
    await writeFile(join(root, 'notes.txt'), 'mine');
    assert.deepEqual(await checkpointSteps(root), [5]);
    assert.equal((await latestCheckpoint(root))!.step, 5);
    run.setSteps(8);
    await saveCheckpoint(root, run, { ...remembered, keep: 3 });
    assert.deepEqual((await readdir(root)).sort(), ['notes.txt', 'step-000000005', 'step-000000008']);
  });

  test('damage is told in one sentence, and changes nothing', async () => {
    using run = await plain();
    await run.step([{ 'of/a': floats([300], new Float32Array(300).fill(2)) }], { lr: 0.1 });
    const path = await saveCheckpoint(join(folder, 'damage'), run, { ...remembered, keep: 1 });
    using other = await plain();
    const before = everything(other);
    const refuses = async (file: string, content: string | Uint8Array | null, message: RegExp): Promise<void> => {
      const [good, kept] = [join(path, file), join(path, 'kept')];
      await rename(good, kept);
      if (content !== null) await writeFile(good, content);
      await assert.rejects(restoreCheckpoint(path, other), { name: 'ToolkitError', message });
      await rename(kept, good);
    };
    const moments = await readFile(join(path, 'v.safetensors'));
    await refuses('v.safetensors', moments.subarray(0, -100), /v\.safetensors: .* The file is truncated or damaged\.$/);
    await refuses(
      'v.safetensors',
      moments.subarray(0, 100),
      /v\.safetensors: the file is truncated: the header ends at /,
    );
    await refuses(
      'v.safetensors',
      '',
      /v\.safetensors: the file is truncated: expected 8 bytes of header length, got 0/,
    );
    await refuses('v.safetensors', null, /^There is no file .*v\.safetensors\.$/);
    await refuses('state.json', '{"step": 1', /state\.json is not the state of a checkpoint; it begins with "{/);
    await refuses('state.json', '[]', /state\.json is not the state of a checkpoint; it begins with "\[\]"\.$/);
    await refuses('state.json', null, /^There is no file .*state\.json\.$/);
    assert.deepEqual(everything(other), before);
    assert.equal(other.steps, 0);
    await restoreCheckpoint(path, other);
    assert.deepEqual(everything(other), everything(run));
    await writeFile(join(path, 'state.json'), 'null');
    await assert.rejects(latestCheckpoint(join(folder, 'damage')), { code: 'bad-state' });
  });
});

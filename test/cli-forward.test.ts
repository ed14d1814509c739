import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { floats, gaussians, type HostArray, int64s, key } from '../src/core/index.js';
import {
  formatUnet2dConfig,
  initialise,
  presetConfig,
  readSafetensors,
  type StorageType,
  type TensorMap,
  unet2d,
  writeSafetensors,
  writeSharded,
} from '../src/nn/index.js';
import { cli, events, type Outcome, withDirectory } from './cli-harness.js';

const reference = fileURLToPath(new URL('../../shared/reference/unet/', import.meta.url));
const skip = existsSync(reference) ? false : 'the reference checkpoints (../shared/reference/unet) are not here';

const read = (file: string): TensorMap => readSafetensors(readFileSync(file)).tensors;
const numbers = (array: HostArray | undefined): readonly number[] => Array.from(array!.data, Number);

suite('two checkpoints of diffusers through the command line', { skip }, () => {
  for (const name of ['attn', 'ddpmstyle']) {
    for (const device of ['cpu', 'reference']) {
      test(`${name} on ${device}: output, loss and every gradient`, () =>
        withDirectory(async (directory) => {
          const [model, result] = [join(reference, name), join(directory, 'result.safetensors')];
          const io = join(model, 'io.safetensors');
          const { code, stderr } = await cli(
            ...['forward', model, '--in', io, '--out', result, '--grads', 'y', '--device', device],
          );
          assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
          const tensors = read(result);
          const expected = JSON.parse(readFileSync(join(model, 'grads.json'), 'utf8')) as {
            readonly loss: number;
            readonly grads: Readonly<Record<string, readonly [total: number, first: number]>>;
          };
          const out = numbers(read(io).get('out'));
          const worst = Math.max(...numbers(tensors.get('out')).map((v, i) => Math.abs(v - out[i]!)));
          assert.ok(worst <= 1e-4, `output differs by ${worst}`);
          near(numbers(tensors.get('loss'))[0]!, expected.loss, 'loss');
          for (const [path, [total, first]] of Object.entries(expected.grads)) {
            const gradient = numbers(tensors.get(`grad.${path}`));
            near(
              gradient.reduce((sum, g) => sum + Math.abs(g), 0),
              total,
              path,
            );
            near(gradient[0]!, first, path);
          }
          assert.equal(tensors.size, 2 + Object.keys(expected.grads).length);
        }));
    }
  }
});

/** Relative 1e-3, with a floor for gradients that are zero in theory and rounding noise on both sides. */
function near(got: number, want: number, what: string): void {
  assert.ok(Math.abs(got - want) <= 1e-3 * Math.abs(want) + 1e-7, `${what}: expected ${want}, got ${got}`);
}

const config = presetConfig('tiny', { classes: 3 });
const values = initialise(unet2d(config).params, key(0));
const io = new Map<string, HostArray<'float32'> | HostArray<'int64'>>([
  ['x', floats([2, 3, 8, 8], gaussians(key(1), 384))],
  ['y', floats([2, 3, 8, 8], gaussians(key(2), 384))],
  ['t', floats([2], [10, 500])],
  ['class_labels', int64s([2], [0, 3])],
]);

interface Layout {
  readonly folder?: string;
  readonly tensors?: TensorMap;
  readonly dtype?: StorageType;
  readonly file?: string;
  readonly shards?: boolean;
  readonly index?: boolean;
}

/** Writes the tiny network in some layout and runs it; returns what came out. */
const run = ({ folder = '', tensors = values, dtype = 'F32', file, shards, index }: Layout, ...argv: string[]) =>
  withDirectory(async (directory): Promise<Outcome & { readonly results: TensorMap }> => {
    const own = join(directory, 'm', folder);
    await mkdir(own, { recursive: true });
    await writeFile(join(own, 'config.json'), formatUnet2dConfig(config));
    if (index) await writeFile(join(directory, 'm', 'model_index.json'), '{"_class_name": "DDPMPipeline"}');
    const stem = 'diffusion_pytorch_model';
    if (shards) {
      for (const [name, bytes] of writeSharded(tensors, { stem, limit: 50_000 }))
        await writeFile(join(own, name), bytes);
    } else await writeFile(join(own, file ?? `${stem}.safetensors`), writeSafetensors(tensors, { dtype }));
    const [from, to] = [join(directory, 'io.safetensors'), join(directory, 'out.safetensors')];
    await writeFile(from, writeSafetensors(io));
    const outcome = await cli('forward', join(directory, 'm'), '--in', from, '--out', to, ...argv);
    const clean = (text: string): string => text.replaceAll(directory, 'DIR');
    const [stdout, stderr] = [clean(outcome.stdout), clean(outcome.stderr)];
    return { ...outcome, stdout, stderr, results: existsSync(to) ? read(to) : new Map() };
  });

suite('every layout of a model folder gives the same output', async () => {
  const { results, stdout } = await run({});
  const expected = numbers(results.get('out'));

  test('the sentence at the end', () => assert.equal(stdout, 'Wrote DIR/out.safetensors: out [2, 3, 8, 8].\n'));

  const old = (name: string): string =>
    name
      .replace('.to_q.', '.query.')
      .replace('.to_k.', '.key.')
      .replace('.to_v.', '.value.')
      .replace('.to_out.0.', '.proj_attn.');
  const layouts: Readonly<Record<string, Layout>> = {
    'a pipeline folder': { folder: 'unet', index: true },
    'a pipeline folder, given its unet': { folder: 'unet' },
    'the oldest, flat one': { index: true },
    'a training run': { folder: 'model/unet' },
    'old names of attention': { tensors: new Map([...values].map(([name, array]) => [old(name), array])) },
    shards: { shards: true },
  };
  for (const [name, layout] of Object.entries(layouts)) {
    test(name, async () => assert.deepEqual(numbers((await run(layout)).results.get('out')), expected));
  }

  test('half precision is near', async () => {
    const { results } = await run({ dtype: 'F16' });
    const worst = Math.max(...numbers(results.get('out')).map((v, i) => Math.abs(v - expected[i]!)));
    assert.ok(worst > 0 && worst < 0.01, String(worst));
  });

  test('labels and times may be written in other types', async () => {
    const before = new Map(io);
    io.set('class_labels', floats([2], [0, 3])).set('t', int64s([2], [10, 500]));
    const { results } = await run({});
    for (const [name, array] of before) io.set(name, array);
    assert.deepEqual(numbers(results.get('out')), expected);
  });

  test('with --json the result is an object', async () => {
    const outcome = await run({}, '--json', '--grads', 'y');
    const [result, ...rest] = events(outcome);
    assert.deepEqual(rest, []);
    assert.deepEqual(
      { ...result, loss: Number(result!['loss']) > 0 },
      {
        event: 'result',
        command: 'forward',
        file: 'DIR/out.safetensors',
        shape: [2, 3, 8, 8],
        loss: true,
        gradients: values.size,
      },
    );
  });
});

suite('classes that are numbers, with a table that the type leaves unused', () => {
  // Every 64th number of out of diffusers 0.42.1 for the same weights and inputs.
  const told = {
    identity: {
      labels: floats([2, 32], gaussians(key(3), 64)),
      out: [-0.0506052785, 0.0529360548, -0.106302686, -0.0228339657, 0.0811471939, 0.1331056952],
    },
    timestep: {
      labels: floats([2], [0.5, 700.25]),
      out: [0.0125095174, 0.1333271712, -0.0898005366, -0.0264832154, 0.2442598492, 0.0602481067],
    },
  } as const;
  for (const kind of ['identity', 'timestep'] as const) {
    test(kind, () =>
      withDirectory(async (directory) => {
        const own = { ...config, class_embed_type: kind };
        await writeFile(join(directory, 'config.json'), formatUnet2dConfig(own));
        const weights = writeSafetensors(initialise(unet2d(own).params, key(0)));
        await writeFile(join(directory, 'diffusion_pytorch_model.safetensors'), weights);
        const [from, to] = [join(directory, 'io.safetensors'), join(directory, 'out.safetensors')];
        const { labels, out } = told[kind];
        await writeFile(from, writeSafetensors(new Map([...io, ['class_labels', labels]])));
        assert.equal((await cli('forward', directory, '--in', from, '--out', to)).stderr, '');
        const got = numbers(read(to).get('out')).filter((_, i) => i % 64 === 0);
        const worst = Math.max(...got.map((v, i) => Math.abs(v - out[i]!)));
        assert.ok(worst < 1e-5, `differs by ${worst}`);
      }),
    );
  }
});

suite('what cannot be run is said in a sentence', () => {
  const fails = async (layout: Layout, message: string, ...argv: string[]): Promise<void> => {
    const { code, stderr, results } = await run(layout, ...argv);
    assert.deepEqual({ code, stderr, size: results.size }, { code: 1, stderr: `Error: ${message}\n`, size: 0 });
  };

  test('weights', async () => {
    const listed = 'There is ["config.json", "other.safetensors"].';
    await fails(
      { file: 'other.safetensors' },
      `DIR/m has no weights: expected diffusion_pytorch_model.safetensors. ${listed}`,
    );
    const fewer = new Map([...values].filter(([name]) => name !== 'conv_in.bias'));
    await fails(
      { tensors: fewer },
      'DIR/m/diffusion_pytorch_model.safetensors lacks 1 tensor ("conv_in.bias"). Are these the weights of this config?',
    );
  });

  test('inputs', async () => {
    await fails({}, 'forward needs a tensor "z"; the file has ["class_labels", "t", "x", "y"].', '--grads', 'z');
    await fails({}, 'forward: "t" has shape [2], expected [2, 3, 8, 8] like the output.', '--grads', 't');
    const labels = io.get('class_labels')!;
    io.delete('class_labels');
    await fails({}, 'forward needs a tensor "class_labels"; the file has ["t", "x", "y"].');
    const others = Array.from({ length: 50 }, (_, i) => `w${i}`);
    for (const name of others) io.set(name, floats([1]));
    const some = '["t", "w0", "w1", "w10", "w11", "w12", "w13", "w14", … 53 in all]';
    await fails({}, `forward needs a tensor "class_labels"; the file has ${some}.`);
    for (const name of others) io.delete(name);
    for (const label of [99999, 4, -1]) {
      io.set('class_labels', int64s([2], [label, 0]));
      await fails({}, `forward: class_labels must be in [0, 3], got [${label}, 0].`);
    }
    io.set('class_labels', floats([2], [0.5, 1]));
    await fails({}, 'forward: class_labels must be whole numbers, got [0.5, 1].');
    io.set('class_labels', labels);
  });

  test('times that a table does not have', () =>
    withDirectory(async (directory) => {
      const own = { ...config, time_embedding_type: 'learned', num_train_timesteps: 10 } as const;
      await writeFile(join(directory, 'config.json'), formatUnet2dConfig(own));
      const weights = writeSafetensors(initialise(unet2d(own).params, key(0)));
      await writeFile(join(directory, 'diffusion_pytorch_model.safetensors'), weights);
      const [from, to] = [join(directory, 'io.safetensors'), join(directory, 'out.safetensors')];
      const said = async (t: readonly number[]): Promise<string> => {
        await writeFile(from, writeSafetensors(new Map([...io, ['t', floats([2], t)]])));
        return (await cli('forward', directory, '--in', from, '--out', to)).stderr;
      };
      assert.equal(await said([0, 9]), '');
      assert.equal(await said([10, 1]), 'Error: forward: t must be in [0, 9], got [10, 1].\n');
      assert.equal(await said([3.5, 1]), 'Error: forward: t must be whole numbers, got [3.5, 1].\n');
    }));

  test('folders', async () => {
    await withDirectory(async (directory) => {
      const file = join(directory, 'io.safetensors');
      await writeFile(file, writeSafetensors(io));
      const message = async (model: string, from = file) =>
        (await cli('forward', model, '--in', from, '--out', join(directory, 'o'))).stderr.replaceAll(directory, 'DIR');
      assert.equal(
        await message(join(directory, 'no')),
        'Error: There is no folder DIR/no. Name a model folder or a training run.\n',
      );
      assert.equal(await message(file), 'Error: DIR/io.safetensors is a file; a model is a folder.\n');
      assert.equal(
        await message(directory),
        'Error: DIR holds no model: expected unet/config.json (a pipeline) or config.json (one network), got ["io.safetensors"].\n',
      );
      assert.equal(await message(directory, join(directory, 'no')), 'Error: There is no file DIR/no.\n');
      await writeFile(join(directory, 'config.json'), 'oops');
      await writeFile(join(directory, 'diffusion_pytorch_model.safetensors'), '');
      assert.equal(await message(directory), 'Error: DIR/config.json is not JSON; it begins with "oops".\n');
    });
  });
});

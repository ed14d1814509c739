import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { evaluateGraph } from '../../../test/evaluate.js';
import { floats, gaussians, type HostArray, int64s, key, type Shape, sizeOf } from '../../core/index.js';
import { grad, input, mean, mul, square, type Tensor } from '../../graph/index.js';
import { inference, recordTaps, trainingContext } from '../context.js';
import { mlpPresetConfig, mlpPresets } from '../mlp-presets.js';
import { countParams, initialise, paramInputs, paramShapes, zeroInit } from '../params.js';
import { type Mlp, mlp } from './mlp.js';
import { formatMlpConfig, type MlpConfig, parseMlpConfig } from './mlp-config.js';
import { formatNetworkConfig, isMlpConfig, networkOf, parseNetworkConfig, sampleShape } from './network.js';

const noise = (shape: Shape, seed: number): HostArray<'float32'> => floats(shape, gaussians(key(seed), sizeOf(shape)));
const small: Partial<MlpConfig> = { hidden_features: 6, num_blocks: 2, time_features: 4, position_frequencies: 2 };
const feeds = { x: noise([3, 2], 1), t: floats([3], [3, 250, 999]), labels: int64s([3], [0, 1, 2]) };

function build(model: Mlp, context = inference, B = 3) {
  const { params, tensors } = paramInputs(model.params);
  const classLabels = model.config.num_class_embeds === null ? undefined : input('labels', [B], 'int64');
  const x = input('x', [B, 2]);
  const inputs = { sample: x, timestep: input('t', [B]), classLabels };
  return { y: model.apply(params, inputs, context), tensors, x };
}

const values = (model: Mlp) => Object.fromEntries(initialise(model.params, key(5)));
const run = async (model: Mlp, y: Tensor, more: Record<string, HostArray> = {}): Promise<Float32Array> =>
  (await evaluateGraph({ y }, { ...values(model), ...feeds, ...more }))['y']!.data as Float32Array;

/** The network as plain arithmetic: what the comment above it says. */
function byHand(model: Mlp, x: readonly number[], t: number, label: number | null): readonly number[] {
  const p = initialise(model.params, key(5));
  const { hidden_features: width, num_blocks, time_features, position_frequencies: K } = model.config;
  const silu = (v: number): number => v / (1 + Math.exp(-v));
  const apply = (path: string, v: readonly number[]): number[] => {
    const [weight, bias] = [p.get(`${path}.weight`)!, p.get(`${path}.bias`)!];
    const [rows = 0, columns = 0] = weight.shape;
    return Array.from({ length: rows }, (_, r) =>
      v.reduce((sum, value, c) => sum + weight.data[r * columns + c]! * value, bias.data[r]!),
    );
  };
  const half = time_features / 2;
  const angles = Array.from({ length: half }, (_, i) => t * 10000 ** (-i / half));
  let told = apply('time_embedding.linear_1', [...angles.map(Math.cos), ...angles.map(Math.sin)]);
  told = apply('time_embedding.linear_2', told.map(silu));
  if (label !== null) told = told.map((v, i) => v + p.get('class_embedding.weight')!.data[label * width + i]!);
  const e = told.map(silu);
  const waves = Array.from({ length: K }, (_, k) => x.map((v) => ((2 ** k * Math.PI) / 2) * v)).flat();
  let h = apply('proj_in', [...x, ...waves.map(Math.sin), ...waves.map(Math.cos)]);
  for (let i = 0; i < num_blocks; i++) {
    const time = apply(`blocks.${i}.time_emb_proj`, e);
    const inner = apply(`blocks.${i}.proj_in`, h.map(silu)).map((v, k) => silu(v + time[k]!));
    h = apply(`blocks.${i}.proj_out`, inner).map((v, k) => h[k]! + v);
  }
  return apply('proj_out', h.map(silu));
}

suite('mlp', () => {
  for (const classes of [null, 3]) {
    test(`computes what its comment says, ${classes ?? 'no'} classes`, async () => {
      const model = mlp({ ...small, num_class_embeds: classes });
      const out = await run(model, build(model).y);
      for (const row of [0, 1, 2]) {
        const x = [...feeds.x.data.subarray(2 * row, 2 * row + 2)];
        const expected = byHand(model, x, feeds.t.data[row]!, classes === null ? null : row);
        for (const [d, value] of expected.entries()) assert.ok(Math.abs(out[2 * row + d]! - value) < 1e-4);
      }
    });
  }

  test('gradients of all parameters and of x are those of central differences', async () => {
    const model = mlp({ ...small, num_class_embeds: 3 });
    const { y, tensors, x } = build(model);
    const loss = mean(square(mul(y, 3)));
    const known: Record<string, HostArray> = { ...values(model), ...feeds };
    const names = [...tensors.keys(), 'x'];
    const wrt = [...tensors.values(), x];
    const grads = grad(loss, wrt);
    const analytic = await evaluateGraph(
      Object.fromEntries(names.map((name, i) => [`grad/${name}`, grads[i]!])),
      known,
    );
    const at = async (name: string, i: number, h: number): Promise<number> => {
      const moved = floats(known[name]!.shape, Float32Array.from(known[name]!.data as Float32Array));
      moved.data[i]! += h;
      return Number((await evaluateGraph({ loss }, { ...known, [name]: moved }))['loss']!.data[0]);
    };
    for (const name of names) {
      const size = sizeOf(known[name]!.shape);
      for (const i of new Set([0, size >> 1, size - 1])) {
        const h = 2 ** -8;
        const numeric = ((await at(name, i, h)) - (await at(name, i, -h))) / (2 * h);
        const found = Number(analytic[`grad/${name}`]!.data[i]);
        assert.ok(Math.abs(numeric - found) < 2e-3 * (1 + Math.abs(found)), `${name}[${i}]: ${found}, ${numeric}`);
      }
    }
  });

  test('rows do not know of each other', async () => {
    const model = mlp(small);
    const { y } = build(model);
    const first = await run(model, y);
    const changed = floats(
      [3, 2],
      Float32Array.from(feeds.x.data, (v, i) => (i < 2 ? v + 1 : v)),
    );
    const second = await run(model, y, { x: changed });
    assert.notDeepEqual(first.slice(0, 2), second.slice(0, 2));
    assert.deepEqual(first.slice(2), second.slice(2));
  });

  test('starts as nothing when its outputs are zero', async () => {
    const model = mlp(small);
    const zeroed = Object.fromEntries(zeroInit(initialise(model.params, key(5))));
    const out = (await evaluateGraph({ y: build(model).y }, { ...zeroed, ...feeds }))['y']!;
    assert.ok(out.data.every((v) => Number(v) === 0));
    assert.ok((zeroed['time_embedding.linear_2.weight']!.data as Float32Array).some((v) => v !== 0));
  });

  test('drops elements while training alone, and shows its taps', () => {
    const model = mlp({ ...small, dropout: 0.2 });
    const context = trainingContext();
    build(model, context);
    assert.deepEqual(
      context.masks.map(({ shape, rate }) => [...shape, rate]),
      [
        [3, 6, 0.2],
        [3, 6, 0.2],
      ],
    );
    const recorded = recordTaps();
    build(model, recorded.context);
    assert.deepEqual([...recorded.taps.keys()], ['time_embedding', 'proj_in', 'blocks.0', 'blocks.1']);
  });

  test('a Fourier network takes noise levels and freezes its frequencies', async () => {
    const model = mlp({ ...small, time_embedding_type: 'fourier' });
    assert.ok('time_proj.weight' in paramShapes(model.params));
    assert.ok(!paramInputs(model.params).trainable.includes('time_proj.weight'));
    assert.ok((await run(model, build(model).y, { t: floats([3], [0.01, 1, 80]) })).every(Number.isFinite));
  });

  test('wrong inputs are named before anything is built', () => {
    const model = mlp(small);
    const { params } = paramInputs(model.params);
    const timestep = input('t', [3]);
    const fails = (inputs: Parameters<Mlp['apply']>[1], message: string): void =>
      assert.throws(() => model.apply(params, inputs), { message });
    fails({ sample: input('x', [3, 4]), timestep }, 'mlp: sample must be [B, 2], got float32[3, 4].');
    fails({ sample: input('x', [2, 2]), timestep }, 'mlp: timestep must be float32[2], got float32[3].');
    fails(
      { sample: input('x', [3, 2]), timestep, classLabels: input('l', [3], 'int64') },
      'mlp: got classLabels, but this network has no classes. Leave them out, or set num_class_embeds.',
    );
    const conditional = mlp({ ...small, num_class_embeds: 2 });
    const bound = paramInputs(conditional.params).params;
    assert.throws(() => conditional.apply(bound, { sample: input('x', [3, 2]), timestep }), {
      message: 'mlp: this network is class-conditional. Give it classLabels.',
    });
  });
});

suite('configs of networks', () => {
  test('an MLP is written and read key for key, under a class of its own', () => {
    const config = parseMlpConfig({ hidden_features: 12, num_class_embeds: 4, _note: 'kept' });
    const text = formatMlpConfig(config);
    assert.equal(JSON.parse(text)._class_name, 'LangevinMLPModel');
    assert.ok(!('_diffusers_version' in JSON.parse(text)));
    assert.deepEqual(parseMlpConfig(JSON.parse(text)), { ...config, _class_name: 'LangevinMLPModel' });
    const again = parseNetworkConfig(JSON.parse(text));
    assert.ok(isMlpConfig(again));
    assert.deepEqual([sampleShape(again), formatNetworkConfig(again)], [[2], text]);
    assert.deepEqual(networkOf(again).config, again);
  });

  test('a config without a class is that of a U-Net', () => {
    const config = parseNetworkConfig({ sample_size: [8, 16], in_channels: 1 });
    assert.ok(!isMlpConfig(config));
    assert.deepEqual(sampleShape(config), [1, 8, 16]);
  });

  test('wrong keys and values are one sentence', () => {
    assert.throws(() => parseMlpConfig({ hiden_features: 3 }), {
      message:
        'LangevinMLPModel config has no key "hiden_features". Did you mean "hidden_features"? Remove it, or use a model that knows it.',
    });
    assert.throws(() => parseMlpConfig({ num_blocks: 0 }), {
      message: 'LangevinMLPModel config: num_blocks must be an integer ≥ 1, got 0.',
    });
  });

  test('presets have the parameters they say', () => {
    const counts = mlpPresets.names.map((name) => countParams(mlp(mlpPresetConfig(name)).params));
    assert.deepEqual(counts, [34_882, 101_762, 878_338]);
    assert.equal(mlpPresetConfig('mlp', { classes: 8 }).num_class_embeds, 9);
  });
});

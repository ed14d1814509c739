import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { evaluateGraph } from '../../../test/evaluate.js';
import { floats, gaussians, type HostArray, int64s, key, type Shape, sizeOf } from '../../core/index.js';
import { add, grad, input, inputsOf, mean, square, type Tensor } from '../../graph/index.js';
import { drawMasks, editTaps, inference, recordTaps, trainingContext } from '../context.js';
import { initialise, paramInputs, zeroInit } from '../params.js';
import { presetConfig } from '../presets.js';
import { type UNet2d, unet2d } from './unet-2d.js';
import { formatUnet2dConfig, parseUnet2dConfig } from './unet-2d-config.js';

const noise = (shape: Shape, seed: number): HostArray => floats(shape, gaussians(key(seed), sizeOf(shape)));
const tiny = unet2d(presetConfig('tiny'));
const feeds = { x: noise([2, 3, 8, 8], 1), t: floats([2], [3, 700]), labels: int64s([2], [0, 2]) };

function build(model: UNet2d, context = inference, B = 2): Tensor {
  const { params } = paramInputs(model.params);
  const classLabels = model.config.num_class_embeds === null ? undefined : input('labels', [B], 'int64');
  const inputs = { sample: input('x', [B, 3, 8, 8]), timestep: input('t', [B]), classLabels };
  return model.apply(params, inputs, context);
}

const values = (model: UNet2d) => Object.fromEntries(initialise(model.params, key(5)));
async function run(model: UNet2d, y: Tensor, more: Record<string, HostArray> = {}): Promise<Float32Array> {
  return (await evaluateGraph({ y }, { ...values(model), ...feeds, ...more }))['y']!.data as Float32Array;
}

suite('unet2d', () => {
  test('a zero-initialised network answers zero', async () => {
    const y = build(tiny);
    const zeroed = Object.fromEntries(zeroInit(initialise(tiny.params, key(5))));
    const out = (await evaluateGraph({ y }, { ...zeroed, ...feeds }))['y']!;
    assert.ok(out.data.every((v) => Number(v) === 0));
    assert.ok((await run(tiny, y)).some((v) => v !== 0));
  });

  test('classes change the answer, and must be given', async () => {
    const model = unet2d(presetConfig('tiny', { classes: 2 }));
    assert.equal(model.config.num_class_embeds, 3);
    const y = build(model);
    const first = await run(model, y);
    const second = await run(model, y, { labels: int64s([2], [1, 2]) });
    assert.ok(first.slice(0, 192).some((v, i) => v !== second[i]));
    assert.deepEqual(first.slice(192), second.slice(192));
    const { params } = paramInputs(model.params);
    const sample = input('x', [2, 3, 8, 8]);
    const timestep = input('t', [2]);
    assert.throws(() => model.apply(params, { sample, timestep }), {
      message: 'unet2d: this network is class-conditional. Give it classLabels.',
    });
    assert.throws(() => model.apply(params, { sample, timestep, classLabels: input('labels', [3], 'int64') }), {
      message: 'unet2d: classLabels must have shape [2], got int64[3].',
    });
    const unconditional = paramInputs(tiny.params).params;
    assert.throws(() => tiny.apply(unconditional, { sample, timestep, classLabels: input('labels', [2], 'int64') }), {
      message: 'unet2d: got classLabels, but this network has no classes. Leave them out, or set num_class_embeds.',
    });
  });

  test('wrong inputs are named before anything is built', () => {
    const { params } = paramInputs(tiny.params);
    const timestep = input('t', [2]);
    assert.throws(() => tiny.apply(params, { sample: input('x', [2, 3, 7, 8]), timestep }), {
      message: 'unet2d: sample must be [B, 3, H, W] with H and W multiples of 2, got float32[2, 3, 7, 8].',
    });
    assert.throws(() => tiny.apply(params, { sample: input('x', [4, 3, 8, 8]), timestep }), {
      message: 'unet2d: timestep must be float32[4], got float32[2].',
    });
  });

  test('taps show and replace what passes them', async () => {
    const { context, taps } = recordTaps();
    const plain = build(tiny, context);
    assert.deepEqual(
      [...taps.keys()],
      ['time_embedding', 'conv_in', 'down_blocks.0', 'down_blocks.1', 'mid_block', 'up_blocks.0', 'up_blocks.1'],
    );
    assert.deepEqual(taps.get('mid_block')!.shape, [2, 16, 4, 4]);
    const before = await run(tiny, plain);
    assert.deepEqual(await run(tiny, build(tiny, editTaps({ mid_block: (h) => h }))), before);
    const moved = await run(tiny, build(tiny, editTaps({ mid_block: (h) => add(h, 1) })));
    assert.ok(moved.some((v, i) => Math.abs(v - before[i]!) > 1e-3));
  });

  test('dropout exists in training only, one mask for each residual block', async () => {
    const model = unet2d({ ...presetConfig('tiny'), dropout: 0.25 });
    const names = (y: Tensor) => [...inputsOf({ outputs: { y } }).keys()].filter((name) => name.startsWith('dropout'));
    const silent = trainingContext();
    assert.deepEqual([names(build(model)), names(build(tiny, silent)), silent.masks], [[], [], []]);

    const context = trainingContext();
    const y = build(model, context);
    assert.deepEqual(names(y).sort(), context.masks.map(({ name }) => name).sort());
    assert.equal(context.masks.length, 8); // 2 down, 2 in the middle, 4 up
    const all = drawMasks(
      context.masks.map((mask) => ({ ...mask, rate: 0 })),
      key(1),
    );
    const masks = drawMasks(context.masks, key(1));
    const kept = masks['dropout.0']!.data.reduce((sum, v) => sum + v, 0) / masks['dropout.0']!.data.length;
    assert.ok(Math.abs(kept - 0.75) < 0.05, `kept ${kept}`);
    assert.notDeepEqual(await run(model, y, masks), await run(model, y, all));
    assert.deepEqual(drawMasks(context.masks, key(1)), masks);
  });

  test('frequencies of Fourier networks are stored but not trained', () => {
    const { trainable, tensors } = paramInputs(
      unet2d({ ...presetConfig('tiny'), time_embedding_type: 'fourier' }).params,
    );
    assert.ok(tensors.has('time_proj.weight') && !trainable.includes('time_proj.weight'));
    assert.equal(trainable.length, tensors.size - 1);
  });

  test('gradients reach every parameter of a class-conditional network', () => {
    const model = unet2d(presetConfig('tiny', { classes: 2 }));
    const { params, tensors } = paramInputs(model.params);
    const inputs = {
      sample: input('x', [2, 3, 8, 8]),
      timestep: input('t', [2]),
      classLabels: input('labels', [2], 'int64'),
    };
    const loss = mean(square(model.apply(params, inputs)));
    for (const dx of grad(loss, [...tensors.values()])) assert.notEqual(dx.node.op.name, 'constant');
  });
});

suite('UNet2DModel config', () => {
  const refuses = (config: unknown, message: string): void =>
    assert.throws(() => parseUnet2dConfig(config), { code: 'bad-config', message });

  test('unknown keys are left out where somebody is told, values that are wrong are refused all the same', () => {
    const told: string[] = [];
    const ignored = (sentence: string): unknown => told.push(sentence);
    const config = parseUnet2dConfig({ sample_size: 8, novelty: [1], norm_epss: 0.1 }, { ignored });
    assert.deepEqual(config, parseUnet2dConfig({ sample_size: 8 }));
    assert.deepEqual(told, [
      'UNet2DModel config has no key "novelty": it is ignored.',
      'UNet2DModel config has no key "norm_epss": it is ignored. Did you mean "norm_eps"?',
    ]);
    assert.throws(() => parseUnet2dConfig({ act_fn: 'novel' }, { ignored }), { code: 'bad-config' });
  });

  test('unknown keys, wrong values and contradictions are named', () => {
    refuses(
      { atention_head_dim: 8 },
      'UNet2DModel config has no key "atention_head_dim". Did you mean "attention_head_dim"? Remove it, or use a model that knows it.',
    );
    refuses(
      { _class_name: 'LangevinClassifier', num_classes: 3 },
      'This config is of a classifier, which says what it sees and draws nothing; expected "UNet2DModel". Name a model that draws.',
    );
    refuses({ norm_eps: '1e-5' }, 'UNet2DModel config: norm_eps must be a number ≥ 0, got "1e-5".');
    refuses({ layers_per_block: 1.5 }, 'UNet2DModel config: layers_per_block must be an integer ≥ 1, got 1.5.');
    refuses(
      { sample_size: [8] },
      'UNet2DModel config: sample_size must be an integer ≥ 1, a pair of them, or null, got [8].',
    );
    refuses(
      { down_block_types: ['DownBlock3D'] },
      'UNet2DModel config: down_block_types must be a list, each entry one of AttnDownBlock2D, AttnSkipDownBlock2D, ' +
        'DownBlock2D, ResnetDownsampleBlock2D, SkipDownBlock2D, got ["DownBlock3D"]. Did you mean "DownBlock2D"?',
    );
    refuses(
      { block_out_channels: [32, 64] },
      'UNet2DModel config: block_out_channels, down_block_types and up_block_types must be equally long, got 2, 4 and 4.',
    );
    refuses(
      { time_embedding_type: 'learned' },
      'UNet2DModel config: time_embedding_type "learned" needs num_train_timesteps, got null.',
    );
    refuses({ dropout: 1 }, 'UNet2DModel config: dropout must be below 1, got 1.');
    const skips = {
      down_block_types: ['SkipDownBlock2D', 'SkipDownBlock2D'],
      up_block_types: ['SkipUpBlock2D', 'SkipUpBlock2D'],
      block_out_channels: [32, 32],
    };
    refuses(
      { ...skips, in_channels: 1 },
      'UNet2DModel config: SkipDownBlock2D mixes in RGB pictures and needs in_channels and out_channels 3, got 1 and 3.',
    );
    refuses({ _class_name: 'AutoencoderKL' }, 'This config is of a "AutoencoderKL", expected "UNet2DModel".');
    refuses([], 'UNet2DModel config must be a JSON object, got [].');
  });

  test('pictures of NCSN++ go from level to level', () => {
    const skips = ['SkipDownBlock2D', 'SkipUpBlock2D'] as const;
    const named = (down: string[], up: string[], more: object = {}) =>
      parseUnet2dConfig({
        ...{ down_block_types: down, up_block_types: up, block_out_channels: down.map(() => 32) },
        ...{ norm_num_groups: 8, ...more },
      });
    const [plainDown, plainUp] = ['DownBlock2D', 'UpBlock2D'];
    const [skipDown, skipUp] = skips;
    named([plainDown, skipDown], [plainUp, skipUp], { in_channels: 1, out_channels: 2 }); // nothing to hand on
    named([skipDown, plainDown, plainDown], [plainUp, skipUp, skipUp]);
    assert.throws(() => named([plainDown, skipDown, plainDown], [plainUp, plainUp, plainUp]), {
      message:
        'UNet2DModel config: SkipDownBlock2D takes its picture from the level before it, and DownBlock2D has none.',
    });
    assert.throws(() => named([plainDown, plainDown], [skipUp, plainUp]), {
      message: 'UNet2DModel config: SkipUpBlock2D hands its picture to the level after it, and UpBlock2D takes none.',
    });
  });

  test('what diffusers read in 2022 is read', () => {
    const old = { down_block_types: ['UNetResAttnDownBlock2D'], up_block_types: ['UNetResUpBlock2D'] };
    const config = parseUnet2dConfig({ ...old, block_out_channels: [32], downsample_type: null, upsample_type: null });
    assert.deepEqual([config.down_block_types, config.up_block_types], [['AttnDownBlock2D'], ['UpBlock2D']]);
    assert.deepEqual([config.downsample_type, config.upsample_type], ['conv', 'conv']);
  });

  test('values that no network can be built with are refused', () => {
    assert.throws(() => parseUnet2dConfig({ downsample_padding: 2 }), {
      message: 'UNet2DModel config: downsample_padding must be 0 or 1, got 2: no other halves a picture.',
    });
    assert.throws(() => parseUnet2dConfig({ block_out_channels: [2, 4, 4, 4], norm_num_groups: 2, freq_shift: 1 }), {
      message: 'UNet2DModel config: freq_shift must not be the number of frequencies, half of the first width, got 1.',
    });
  });

  test('widths that cannot be grouped or split into heads are named', () => {
    const widths = {
      block_out_channels: [12],
      down_block_types: ['AttnDownBlock2D'],
      up_block_types: ['UpBlock2D'],
    } as const;
    assert.throws(() => unet2d(widths), {
      message:
        'groupNorm: 12 channels do not divide into 32 groups. Choose a norm_num_groups that divides every width of the network.',
    });
    assert.throws(() => unet2d({ ...widths, norm_num_groups: 4, attention_head_dim: 16 }), {
      message:
        'attentionBlock: 12 channels cannot hold a head of 16 features. Choose attention_head_dim ≤ 12, or null for one head.',
    });
    assert.throws(() => unet2d({ ...widths, norm_num_groups: null }), {
      message: 'A down block needs norm_num_groups, got null. Set it to a divisor of every width.',
    });
  });

  test('what is written is what was read, sorted, with class and version', () => {
    const config = { block_out_channels: [32, 64, 64, 64], _name_or_path: 'x', _diffusers_version: '0.1.1' };
    const text = formatUnet2dConfig(parseUnet2dConfig(config));
    const written = JSON.parse(text);
    assert.deepEqual(Object.keys(written), Object.keys(written).sort());
    assert.equal(written._class_name, 'UNet2DModel');
    assert.equal(written._diffusers_version, '0.1.1');
    assert.equal(written._name_or_path, 'x');
    assert.equal(formatUnet2dConfig(parseUnet2dConfig(written)), text);
  });
});

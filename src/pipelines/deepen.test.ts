import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tinyModel } from '../../test/model-fixtures.js';
import { key } from '../core/random.js';
import { initialise, mlp, parseUnet2dConfig, type UNet2dConfig, unet2d } from '../nn/index.js';
import { createRuntime } from '../runtime/node.js';
import { deepen } from './deepen.js';
import { generateAll } from './generate.js';
import type { DiffusionModel } from './model.js';

const runtime = createRuntime({ threads: 1 });

async function drawn(model: DiffusionModel): Promise<Float32Array> {
  return (await generateAll({ model, runtime, seed: 3, steps: 3, count: 2 })).data;
}

function unetModel(config: Partial<UNet2dConfig>): DiffusionModel {
  const network = unet2d(
    parseUnet2dConfig({
      ...{ sample_size: 8, block_out_channels: [8, 16], norm_num_groups: 4, attention_head_dim: 4 },
      ...{ layers_per_block: 1, down_block_types: ['DownBlock2D', 'DownBlock2D'] },
      ...{ up_block_types: ['UpBlock2D', 'UpBlock2D'], ...config },
    }),
  );
  return { ...tinyModel(), config: network.config, network, values: initialise(network.params, key(7)) };
}

const attending: Partial<UNet2dConfig> = {
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
};
const resampling: Partial<UNet2dConfig> = {
  down_block_types: ['ResnetDownsampleBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'ResnetUpsampleBlock2D'],
};
const networks: Readonly<Record<string, Partial<UNet2dConfig>>> = {
  plain: {},
  'with attention on every way': attending,
  'of two blocks a level': { ...attending, layers_per_block: 2 },
  'that resamples by residual blocks': resampling,
  'that scales and shifts by the time': { resnet_time_scale_shift: 'scale_shift' },
};

suite('deepen: a model draws as before', () => {
  for (const [name, config] of Object.entries(networks)) {
    for (const more of [1, 2]) {
      test(`${name}, ${more} deeper`, async () => {
        const model = unetModel(config);
        const before = await drawn(model);
        const deeper = deepen(model, (config.layers_per_block ?? 1) + more);
        const after = await drawn(deeper);
        const far = Math.max(...after.map((value, i) => Math.abs(value - before[i]!)));
        assert.ok(far < 1e-5, `the largest difference is ${far}`);
        assert.ok(deeper.values.size > model.values.size);
        const fresh = initialise(deeper.network.params, key(0));
        const shapes = (values: DiffusionModel['values']) =>
          [...values].map(([path, { shape }]) => `${path} ${shape}`).sort();
        assert.deepEqual(shapes(deeper.values), shapes(fresh));
      });
    }
  }
});

suite('deepen', () => {
  const model = unetModel({});

  test('to the depth it has is the model itself', () => {
    assert.equal(deepen(model, 1), model);
  });

  test('refuses to take blocks away', () => {
    assert.throws(() => deepen(deepen(model, 2), 1), {
      code: 'bad-option',
      message: 'deepen: layers must be an integer ≥ 2, what the model has, got 1.',
    });
  });

  test('refuses networks over points', () => {
    const network = mlp({ hidden_features: 8, num_blocks: 1 });
    const points = { ...model, config: network.config, network, values: initialise(network.params, key(2)) };
    assert.throws(() => deepen(points, 2), { code: 'bad-model', message: /this model is no U-Net/ });
  });

  test('refuses levels whose shortcuts are scaled', () => {
    const skipping = {
      down_block_types: ['SkipDownBlock2D', 'DownBlock2D'],
      up_block_types: ['UpBlock2D', 'SkipUpBlock2D'],
    };
    const scaled = { ...model, config: { ...model.config, ...skipping } as UNet2dConfig };
    assert.throws(() => deepen(scaled, 2), {
      code: 'bad-model',
      message: 'deepen: SkipDownBlock2D scales its shortcuts, so no block in it can begin as nothing.',
    });
  });
});

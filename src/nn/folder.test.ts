import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findModel, formatModelIndex, pipelineFiles } from './folder.js';

const weights = 'diffusion_pytorch_model.safetensors';

test('a pipeline folder', () => {
  const listing = [...Object.values(pipelineFiles), 'unet/diffusion_pytorch_model.fp16.safetensors'];
  const found = findModel(listing);
  assert.deepEqual(found, { layout: 'pipeline', ...pipelineFiles, sharded: false });
  const half = 'unet/diffusion_pytorch_model.fp16.safetensors';
  assert.deepEqual(findModel(listing, { variant: 'fp16' }), { ...found, weights: half });
});

test('the folder of one network', () => {
  assert.deepEqual(findModel(['config.json', weights, 'README.md']), {
    layout: 'component',
    config: 'config.json',
    weights,
    sharded: false,
    scheduler: null,
    modelIndex: null,
  });
});

test('the flat pipelines of early days', () => {
  assert.deepEqual(findModel(['model_index.json', 'config.json', 'scheduler_config.json', weights]), {
    layout: 'flat',
    config: 'config.json',
    weights,
    sharded: false,
    scheduler: 'scheduler_config.json',
    modelIndex: 'model_index.json',
  });
});

test('sharded weights and other components', () => {
  const index = 'vae/diffusion_pytorch_model.safetensors.index.json';
  const found = findModel(['vae/config.json', index], { component: 'vae' });
  assert.deepEqual([found.weights, found.sharded], [index, true]);
});

test('what is missing is said, with what is there', () => {
  const refuses = (listing: string[], message: string): void =>
    assert.throws(() => findModel(listing, { name: 'models/x' }), { message });
  refuses(
    ['a.png'],
    'models/x holds no model: expected unet/config.json (a pipeline) or config.json (one network), got ["a.png"].',
  );
  refuses(
    [],
    'models/x holds no model: expected unet/config.json (a pipeline) or config.json (one network), got nothing.',
  );
  refuses(
    ['config.json', 'diffusion_pytorch_model.fp16.safetensors', 'diffusion_pytorch_model.ema.safetensors'],
    `models/x has no weights: expected ${weights}. There is the variant "fp16", "ema": ask for it.`,
  );
  refuses(
    ['config.json', 'diffusion_pytorch_model.bin'],
    `models/x has no weights: expected ${weights}. There is only a pickled .bin file, which is never opened because it can run code: convert it to safetensors.`,
  );
  refuses(['config.json'], `models/x has no weights: expected ${weights}. There is ["config.json"].`);
});

test('model_index.json as diffusers writes it', () => {
  assert.equal(
    formatModelIndex('DDIMScheduler'),
    `{
  "_class_name": "DDIMPipeline",
  "_diffusers_version": "0.40.0.dev0",
  "scheduler": [
    "diffusers",
    "DDIMScheduler"
  ],
  "unet": [
    "diffusers",
    "UNet2DModel"
  ]
}
`,
  );
});

test('the only variant there is needs no asking', () => {
  const listing = ['config.json', 'diffusion_pytorch_model.fp16.safetensors'];
  assert.equal(findModel(listing).weights, 'diffusion_pytorch_model.fp16.safetensors');
});

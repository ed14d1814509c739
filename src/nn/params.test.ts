import assert from 'node:assert/strict';
import { test } from 'node:test';
import { key } from '../core/index.js';
import { linear } from './layers/linear.js';
import { unet2d } from './models/unet-2d.js';
import { countParams, initialise, paramEntries, paramInputs, zeroInit } from './params.js';
import { presetConfig, presets } from './presets.js';

test('paths follow the tree; what is null has none', () => {
  const { params } = linear({ inFeatures: 3, outFeatures: 2, bias: false });
  assert.deepEqual(
    paramEntries({ blocks: [params, null, { to_out: [params] }] }).map(([path]) => path),
    ['blocks.0.weight', 'blocks.2.to_out.0.weight'],
  );
});

test('one parameter does not depend on which others exist', () => {
  const { params } = linear({ inFeatures: 3, outFeatures: 2 });
  const [alone, together] = [initialise({ b: params }, key(3)), initialise({ a: params, b: params }, key(3))];
  assert.deepEqual(alone.get('b.weight'), together.get('b.weight'));
  assert.notDeepEqual(together.get('a.weight'), together.get('b.weight'));
});

test('first values as PyTorch draws them: uniform in ±1/√fanIn, norms at one', () => {
  const values = initialise(unet2d(presetConfig('small')).params, key(0));
  const weight = values.get('mid_block.resnets.0.conv1.weight')!.data;
  const bound = 1 / Math.sqrt(64 * 9);
  const deviation = Math.sqrt(weight.reduce((sum, w) => sum + w * w, 0) / weight.length);
  assert.ok(weight.every((w) => Math.abs(w) <= bound));
  assert.ok(Math.abs(deviation / (bound / Math.sqrt(3)) - 1) < 0.02);
  assert.ok(values.get('conv_norm_out.weight')!.data.every((w) => w === 1));
  assert.ok(values.get('conv_norm_out.bias')!.data.every((w) => w === 0));
});

test('zeroInit touches the ends of residual branches and nothing else', () => {
  const values = initialise(unet2d(presetConfig('tiny')).params, key(0));
  const zeroed = [...zeroInit(values)]
    .filter(([path, { data }]) => data !== values.get(path)!.data)
    .map(([path]) => path);
  assert.ok(zeroed.every((path) => /^conv_out|conv2|to_out/.test(path)));
  assert.equal(zeroed.length, 2 + 2 * 8 + 2 * 4);
  assert.throws(() => zeroInit(new Map()), /no parameter matches/);
});

test('inputs are named by path behind their prefix', () => {
  const { tensors, params } = paramInputs(linear({ inFeatures: 3, outFeatures: 2 }).params, 'ema.');
  assert.equal(tensors.get('weight'), params.weight);
  assert.equal(params.weight.node.attributes['name'], 'ema.weight');
});

test('presets have the sizes their description tells', () => {
  const millions = Object.fromEntries(
    presets.names.map((name) => [name, (countParams(unet2d(presetConfig(name)).params) / 1e6).toFixed(2)]),
  );
  assert.deepEqual(millions, {
    tiny: '0.05',
    mini: '0.70',
    small: '1.00',
    compact: '2.74',
    medium: '3.94',
    large: '6.47',
  });
});

test('presets fit the pictures they are asked for', () => {
  const { sample_size, in_channels, out_channels } = presetConfig('medium', { size: 64, channels: 1 });
  assert.deepEqual([sample_size, in_channels, out_channels], [64, 1, 1]);
  assert.throws(() => presetConfig('medium', { size: 30 }), {
    message: 'preset medium: size must be a multiple of 4, got 30. Choose 32.',
  });
  assert.throws(
    () => presetConfig('huge' as 'large'),
    /Unknown model preset "huge"\. Known: tiny, mini, small, compact, medium, large\./,
  );
});

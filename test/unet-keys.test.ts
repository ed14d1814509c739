import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { countParams, formatUnet2dConfig, paramShapes, parseUnet2dConfig, unet2d } from '../src/nn/index.js';

interface Architecture {
  readonly cls: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly params: number;
  readonly keys: Readonly<Record<string, readonly number[]>>;
}

const file = new URL('../../shared/reference/diffusers_key_shapes.json', import.meta.url);
const skip = existsSync(file) ? false : 'the reference key maps (../shared/reference) are not here';
const all: Record<string, Architecture> = skip ? {} : JSON.parse(readFileSync(file, 'utf8'));
const unets = Object.entries(all).filter(([, { cls }]) => cls === 'UNet2DModel');

suite('UNet2DModel names and shapes', { skip }, () => {
  test('all five references are here', () => assert.equal(unets.length, 5));

  for (const [name, { config, params, keys }] of unets) {
    test(name, () => {
      const { params: tree } = unet2d(config);
      assert.deepEqual(Object.entries(paramShapes(tree)), Object.entries(keys));
      assert.equal(countParams(tree), params);
    });

    test(`${name}: the config comes back key for key`, () => {
      const written = JSON.parse(formatUnet2dConfig(parseUnet2dConfig(config)));
      const { _class_name, _diffusers_version, ...rest } = written;
      assert.equal(_class_name, 'UNet2DModel');
      assert.equal(typeof _diffusers_version, 'string');
      assert.deepEqual(rest, config);
      assert.deepEqual(Object.keys(written), Object.keys(written).sort());
    });
  }
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats, type HostArray, int64s } from '../../core/index.js';
import { linear } from '../layers/linear.js';
import { modernName, modernTensors } from './legacy.js';
import { matchParams } from './match.js';
import type { TensorMap } from './safetensors.js';
import { readSharded, writeSharded } from './sharded.js';

suite('matching', () => {
  const { params } = linear({ inFeatures: 3, outFeatures: 2 });

  test('gives the parameters in the order of the tree', () => {
    const found: TensorMap = new Map([
      ['bias', floats([2])],
      ['weight', floats([2, 3])],
    ]);
    assert.deepEqual([...matchParams(params, found).keys()], ['weight', 'bias']);
  });

  test('one sentence says everything that is wrong', () => {
    const found: TensorMap = new Map([
      ['weight', floats([3, 2])],
      ['foo', floats([1])],
      ['bar', floats([1])],
    ]);
    assert.throws(() => matchParams(params, found, { name: 'unet.safetensors' }), {
      code: 'bad-weights',
      message:
        'unet.safetensors lacks 1 tensor ("bias"), and has 2 tensors ("foo", "bar") that nobody asked for, and has ' +
        '1 wrong shape ("weight" is [3, 2] instead of [2, 3]). Are these the weights of this config?',
    });
  });

  test('whole numbers are no parameters, and long lists are cut', () => {
    const found: TensorMap = new Map([['weight', int64s([2, 3], [1, 2, 3, 4, 5, 6])]]);
    assert.throws(() => matchParams(params, found), /"weight" is int64 \[2, 3\] instead of \[2, 3\]/);
    const many = { layers: Array.from({ length: 4 }, () => params) };
    assert.throws(
      () => matchParams(many, new Map()),
      /lacks 8 tensors \("layers\.0\.weight", .*"layers\.2\.weight", and 3 more\)/,
    );
  });
});

suite('old names', () => {
  test('attention projections', () => {
    const old = ['query.weight', 'key.bias', 'value.weight', 'proj_attn.weight', 'group_norm.bias'];
    assert.deepEqual(
      old.map((name) => modernName(`down_blocks.1.attentions.0.${name}`).replace('down_blocks.1.attentions.0.', '')),
      ['to_q.weight', 'to_k.bias', 'to_v.weight', 'to_out.0.weight', 'group_norm.bias'],
    );
    assert.equal(modernName('key.weight'), 'key.weight');
  });

  test('1×1 convolutions become matrices, in attention only', () => {
    const old: TensorMap = new Map([
      ['mid_block.attentions.0.query.weight', floats([2, 2, 1, 1], [1, 2, 3, 4])],
      ['down_blocks.0.resnets.0.conv_shortcut.weight', floats([2, 2, 1, 1])],
    ]);
    const now = modernTensors(old);
    assert.deepEqual(now.get('mid_block.attentions.0.to_q.weight'), floats([2, 2], [1, 2, 3, 4]));
    assert.deepEqual(now.get('down_blocks.0.resnets.0.conv_shortcut.weight')!.shape, [2, 2, 1, 1]);
  });
});

suite('shards', () => {
  const tensors: TensorMap = new Map<string, HostArray>([
    ['a', floats([2], [1, 2])],
    ['b', floats([3], [3, 4, 5])],
    ['c', int64s([1], [6])],
  ]);
  const read = (files: ReadonlyMap<string, Uint8Array>) => async (name: string) => files.get(name)!;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

  test('are numbered, indexed, and come back', async () => {
    const files = writeSharded(tensors, { stem: 'model', limit: 12 });
    assert.deepEqual(
      [...files.keys()],
      [
        'model-00001-of-00003.safetensors',
        'model-00002-of-00003.safetensors',
        'model-00003-of-00003.safetensors',
        'model.safetensors.index.json',
      ],
    );
    const index = text(files.get('model.safetensors.index.json')!);
    assert.equal(JSON.parse(index).metadata.total_size, 28);
    assert.deepEqual(await readSharded(index, read(files)), tensors);
  });

  test('what fits into one file needs no index', () => {
    assert.deepEqual([...writeSharded(tensors, { stem: 'model', limit: 1000 }).keys()], ['model.safetensors']);
  });

  test('wrong indices', async () => {
    const files = writeSharded(tensors, { stem: 'model', limit: 1000 });
    const named = (map: unknown) => readSharded(JSON.stringify({ weight_map: map }), read(files), { name: 'i.json' });
    await assert.rejects(named({ x: 'model.safetensors' }), { message: 'i.json: model.safetensors lacks "x".' });
    await assert.rejects(named({ x: '../secret' }), {
      message: 'i.json: "x" must name a file beside the index, got "../secret".',
    });
    for (const file of ['..', '.', '', 'a\\b', 3]) {
      await assert.rejects(named({ x: file }), {
        message: `i.json: "x" must name a file beside the index, got ${JSON.stringify(file)}.`,
      });
    }
    await assert.rejects(named(['model.safetensors']), {
      message: 'i.json: expected a "weight_map" from tensors to files, got ["model.safetensors"].',
    });
    const twice = '{"weight_map": {"x": "a", "x": "b"}}';
    await assert.rejects(readSharded(twice, read(files), { name: 'i.json' }), {
      message: 'i.json: the index names "x" twice.',
    });
    const [first = '', ...others] = ['a', 'c', 'b']; // in the order of the file
    await assert.rejects(named({ [first]: 'model.safetensors' }), {
      message:
        `i.json: model.safetensors holds ${others.map((name) => `"${name}"`).join(', ')} as well, which the index ` +
        'does not list. The files belong to different checkpoints.',
    });
    await assert.rejects(named(undefined), {
      message: 'i.json: expected a "weight_map" from tensors to files, got undefined.',
    });
    await assert.rejects(readSharded('{', read(files), { name: 'i.json' }), {
      message: 'i.json: the index is not JSON.',
    });
  });
});

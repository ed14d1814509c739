import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats } from '../core/host-array.js';
import { compose } from './compose.js';
import type { Picture } from './picture.js';
import { resize } from './resize.js';
import { strip } from './strip.js';

const plain = (size: number, channels: number, value: number): Picture => ({
  ...{ width: size, height: size, channels },
  data: new Uint8Array(size * size * channels).fill(value),
});

suite('strip', () => {
  test('puts pictures of several sizes and kinds beside each other', () => {
    const { width, height, channels, data } = strip([[plain(2, 1, 10), plain(4, 3, 20)]], { padding: 1 });
    assert.deepEqual([width, height, channels], [11, 6, 3]);
    const at = (x: number, y: number): number => data[(y * width + x) * 3]!;
    assert.deepEqual([at(0, 0), at(1, 1), at(4, 4), at(6, 1), at(9, 4)], [255, 10, 10, 20, 20]);
  });

  test('centres what does not fit a whole number of times, and keeps transparency', () => {
    const { channels, data, width } = strip([[plain(2, 4, 0), plain(3, 3, 9)]], { padding: 0 });
    assert.deepEqual([channels, width], [4, 6]);
    assert.deepEqual([...data.subarray(0, 4), ...data.subarray(8, 12)], [0, 0, 0, 0, 255, 255, 255, 255]);
  });

  test('refuses rows of different lengths', () => {
    assert.throws(() => strip([[plain(1, 3, 0)], []]), {
      message: 'strip: rows of equally many pictures are needed, at least one.',
    });
  });
});

suite('compose', () => {
  test('keeps the bytes outside of the mask, alpha included, and mixes on the rim', () => {
    const source: Picture = {
      width: 3,
      height: 1,
      channels: 4,
      data: Uint8Array.of(1, 2, 3, 7, 4, 5, 6, 8, 9, 9, 9, 0),
    };
    const edited: Picture = { width: 3, height: 1, channels: 3, data: new Uint8Array(9).fill(100) };
    const { data } = compose({ source, edited, mask: floats([1, 3], [0, 1, 0.5]) });
    assert.deepEqual([...data], [1, 2, 3, 7, 100, 100, 100, 255, 55, 55, 55, 128]);
  });

  test('refuses pictures of different sizes', () => {
    assert.throws(() => compose({ source: plain(2, 3, 0), edited: plain(3, 3, 0), mask: floats([2, 2]) }), {
      message: 'compose: source, edited picture and mask must be of one size, got 2 × 2, 3 × 3 and [2, 2].',
    });
  });
});

test('resize gives the size that was asked for, and the very picture where it has it', async () => {
  const small = plain(8, 3, 77);
  assert.equal(await resize(small, { width: 8, height: 8 }), small);
  const { width, height, channels, data } = await resize(small, { width: 16, height: 12 });
  assert.deepEqual([width, height, channels, data[0]], [16, 12, 3, 77]);
});

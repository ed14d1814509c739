import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats } from '../../core/host-array.js';
import { fold, gaussians, key } from '../../core/random.js';
import { meanSquaredErrors, psnr } from './psnr.js';
import { ssim } from './ssim.js';
import { worstPixel } from './worst-pixel.js';

const picture = (data: ArrayLike<number>, n = 16) =>
  floats([data.length / (3 * n * n), 3, n, n], Float32Array.from(data));
const wave = Float64Array.from({ length: 768 }, (_, i) => Math.sin(i * 0.37));
const other = Float64Array.from({ length: 768 }, (_, i) => 0.7 * Math.sin(i * 0.37 + 0.2) + 0.1 * Math.cos(i * 1.3));
const close = (a: number, b: number, within: number): void =>
  assert.ok(Math.abs(a - b) < within, `${a}, expected ${b} within ${within}`);

suite('psnr', () => {
  test('a tenth of the range is 20 dB, a hundredth 40', () => {
    const reference = picture(wave);
    for (const [off, decibel] of [
      [0.2, 20],
      [0.02, 40],
    ] as const) {
      close(psnr({ pictures: picture(wave.map((x) => x + off)), reference })[0]!, decibel, 1e-4);
      close(meanSquaredErrors({ pictures: picture(wave.map((x) => x - off)), reference })[0]!, off ** 2, 1e-7);
    }
  });
  test('equal pictures have no noise', () => {
    assert.deepEqual(psnr({ pictures: picture(wave), reference: picture(wave) }), [Infinity]);
  });
});

suite('ssim', () => {
  test('the definition, window by window, in NumPy', () => {
    close(ssim({ pictures: picture(wave), reference: picture(other) })[0]!, 0.8781880784572402, 1e-9);
  });
  test('1 for equal, below 0 for opposite, near 0 for unrelated pictures, and it takes no sides', () => {
    const [a, b] = ['a', 'b'].map((label) =>
      picture(
        gaussians(fold(key(1), label), 3 * 64 * 64).map((x) => 0.3 * x),
        64,
      ),
    );
    const negative = { ...a!, data: a!.data.map((x) => -x) };
    close(ssim({ pictures: a!, reference: a! })[0]!, 1, 1e-12);
    assert.ok(ssim({ pictures: a!, reference: negative })[0]! < -0.9, 'opposite');
    assert.ok(Math.abs(ssim({ pictures: a!, reference: b! })[0]!) < 0.05, 'unrelated');
    close(ssim({ pictures: a!, reference: b! })[0]!, ssim({ pictures: b!, reference: a! })[0]!, 1e-12);
  });
  test('every picture by itself', () => {
    const pair = { pictures: picture([...wave, ...other]), reference: picture([...wave, ...wave]) };
    const [first, second] = ssim(pair);
    close(first!, 1, 1e-12);
    close(second!, ssim({ pictures: picture(other), reference: picture(wave) })[0]!, 1e-12);
  });
  test('pictures smaller than the window are refused', () => {
    const tiny = floats([1, 1, 8, 8]);
    assert.throws(() => ssim({ pictures: tiny, reference: tiny }), {
      code: 'bad-picture',
      message: 'ssim needs pictures of at least 11 × 11 pixels, got 8 × 8. Enlarge them.',
    });
  });
});

suite('worst-pixel', () => {
  test('counts in steps of a byte, picture by picture', () => {
    const pictures = floats([2, 1, 1, 2], [0, -1, 0.5, 0.5]);
    const reference = floats([2, 1, 1, 2], [0, 1, 0.5, 0.5 + 2 / 255]);
    const [first, second] = worstPixel({ pictures, reference });
    close(first!, 255, 1e-9);
    close(second!, 1, 1e-4);
  });
});

test('pictures must come in pairs', () => {
  for (const [metric, who] of [
    [psnr, 'psnr'],
    [ssim, 'ssim'],
    [worstPixel, 'worstPixel'],
  ] as const) {
    assert.throws(() => metric({ pictures: floats([1, 1, 2, 2]), reference: floats([2, 1, 2, 2]) }), {
      code: 'shape-mismatch',
      message: `${who} compares pictures in pairs, both [N, C, H, W], got [1, 1, 2, 2] and [2, 1, 2, 2].`,
    });
  }
});

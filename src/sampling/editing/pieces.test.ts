import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { numbers } from '../../../test/numbers.js';
import { floats } from '../../core/host-array.js';
import { fold, key } from '../../core/random.js';
import { rowNorms } from '../../core/rowwise.js';
import { batchSpace } from '../../core/space.js';
import { ddim, heun } from '../samplers/index.js';
import { sample } from '../trajectory.js';
import type { Batch } from './batch.js';
import { blend } from './painting/blend.js';
import { blending, inpainting } from './painting/blending.js';
import { extended } from './painting/canvas.js';
import { boxMask, circleMask, featheredMask, invertedMask, isEmptyMask, maskFor } from './painting/masks.js';
import { resampled } from './painting/resampling.js';
import { seam } from './painting/seam.js';
import { strokes } from './painting/strokes.js';
import { slerp } from './slerp.js';

const space = batchSpace();
const drawn = (shape: readonly number[], label: string): Batch => space.gaussian(floats(shape), fold(key(6), label));

suite('slerp', () => {
  const [from, to] = [drawn([3, 200], 'from'), drawn([3, 200], 'to')];

  test('ends are the very values', () => {
    assert.equal(slerp({ from, to, share: 0, space }), from);
    assert.equal(slerp({ from, to, share: 1, space }), to);
    const mixed = slerp({ from, to, share: [0, 0.5, 1], space });
    assert.deepEqual(mixed.data.subarray(0, 200), from.data.subarray(0, 200));
    assert.deepEqual(mixed.data.subarray(400), to.data.subarray(400));
  });

  test('keeps the length of two of one length, where a straight line loses a third', () => {
    const [a, b] = [from, to].map((x) => {
      const norms = rowNorms('test', x);
      return floats(
        x.shape,
        x.data.map((value, i) => value / norms[Math.floor(i / 200)]!),
      );
    }) as [Batch, Batch];
    for (const share of [0.1, 0.5, 0.8]) {
      for (const length of rowNorms('test', slerp({ from: a, to: b, share, space }))) {
        assert.ok(Math.abs(length - 1) < 1e-6, `${length} at ${share}`);
      }
    }
    const straight = rowNorms('test', space.lincomb([0.5, a], [0.5, b]));
    assert.ok(Math.max(...straight) < 0.8, straight.join());
  });

  test('goes the same angle in equal shares', () => {
    const [a, b] = [floats([1, 2], [1, 0]), floats([1, 2], [0, 1])];
    for (const share of [0.25, 0.5, 2 / 3]) {
      const [x = 0, y = 0] = slerp({ from: a, to: b, share, space }).data;
      assert.ok(Math.abs(Math.atan2(y, x) - (share * Math.PI) / 2) < 1e-6, `${x}, ${y}`);
    }
  });

  test('mixes what points the same way, and refuses shares that are none', () => {
    const twice = space.lincomb([2, from]);
    const half = slerp({ from, to: twice, share: 0.5, space });
    assert.ok(Math.abs(half.data[7]! - 1.5 * from.data[7]!) < 1e-5, `${half.data[7]}`);
    assert.throws(() => slerp({ from, to, share: 1.5, space }), {
      message: 'slerp: share must be a number in [0, 1], or one for each of 3 rows, got 1.5.',
    });
    assert.throws(() => slerp({ from, to, share: [0, 1], space }), { code: 'bad-option' });
  });

  test('works on plain numbers', () => assert.equal(slerp({ from: 3, to: 5, share: 0.5, space: numbers }), 4));
});

suite('masks', () => {
  const size = { width: 8, height: 6 };

  test('box, circle, exchanged', () => {
    const box = boxMask({ ...size, box: [1, 2, 3, 2] });
    assert.equal(
      box.data.reduce((sum, m) => sum + m, 0),
      6,
    );
    assert.equal(box.data[2 * 8 + 1], 1);
    const circle = circleMask({ ...size, circle: [4, 3, 1] });
    assert.equal(
      circle.data.reduce((sum, m) => sum + m, 0),
      4,
    );
    assert.equal(invertedMask(box).data[0], 1);
    assert.ok(isEmptyMask(boxMask({ ...size, box: [9, 9, 2, 2] })), 'a box outside of the picture is empty');
  });

  test('a soft rim lies inside: what must stay stays', () => {
    const mask = circleMask({ width: 16, height: 16, circle: [8, 8, 6] });
    const soft = featheredMask({ mask, radius: 3 });
    for (const [i, m] of soft.data.entries()) {
      if (mask.data[i] === 0) assert.equal(m, 0, `pixel ${i}`);
      else assert.ok(m > 0 && m <= 1, `pixel ${i}: ${m}`);
    }
    assert.equal(soft.data[8 * 16 + 8], 1);
    assert.ok(
      soft.data.some((m) => m > 0 && m < 1),
      'there is a rim',
    );
    assert.deepEqual(featheredMask({ mask, radius: 0 }), mask);
  });

  test('for every channel and picture', () => {
    const mask = boxMask({ ...size, box: [0, 0, 1, 1] });
    assert.equal(
      maskFor(mask, [2, 3, 6, 8]).data.reduce((sum, m) => sum + m, 0),
      6,
    );
    assert.throws(() => maskFor(mask, [2, 3, 8, 6]), { code: 'bad-mask' });
  });
});

suite('blend', () => {
  test('takes the bits of one side where the mask is whole', () => {
    const [change, keep] = [drawn([40], 'change'), drawn([40], 'keep')];
    const mask = floats(
      [40],
      Float32Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 0.25 : i % 2)),
    );
    const mixed = blend({ mask, change, keep });
    for (const [i, m] of mask.data.entries()) {
      const exact =
        m === 1
          ? change.data[i]!
          : m === 0
            ? keep.data[i]!
            : Math.fround(0.25 * change.data[i]! + 0.75 * keep.data[i]!);
      assert.equal(mixed.data[i], exact, `value ${i}`);
    }
  });

  test('is not fooled by NaN on the side that is not taken', () => {
    const nan = floats([2], [Number.NaN, Number.NaN]);
    assert.deepEqual([...blend({ mask: floats([2]), change: nan, keep: floats([2], [1, 2]) }).data], [1, 2]);
  });

  test('refuses a mask of another shape', () => {
    assert.throws(() => blend({ mask: floats([2]), change: floats([2]), keep: floats([3]) }), {
      message: 'blend needs a mask of the shape of its pictures, got [2] and [3]. See maskFor.',
    });
  });

  test('numbers are a space too', async () => {
    const walk = { steps: [4, 2, 1, 0], start: 9, space: numbers, key: key(1), denoise: async () => 3 };
    const kept = await sample({ ...walk, sampler: ddim(), landings: [blending({ known: 7, mask: 0 })] });
    assert.equal(kept, 7);
    const free = await sample({ ...walk, sampler: ddim(), landings: [blending({ known: 7, mask: 1 })] });
    assert.equal(free, await sample({ ...walk, sampler: ddim() }));
    const denoise = inpainting({ ...walk, known: 7, mask: 0 })(walk.denoise);
    assert.equal(await sample({ ...walk, sampler: heun(), denoise }), 7);
  });
});

test('a seam that is not there has the ratio 1, and a step at the edge a larger one', () => {
  const mask = boxMask({ width: 8, height: 8, box: [4, 0, 4, 8] });
  const ramp = floats(
    [1, 1, 8, 8],
    Float32Array.from({ length: 64 }, (_, i) => ((i % 8) + Math.floor(i / 8)) / 16),
  );
  const even = seam({ pictures: ramp, mask });
  assert.ok(Math.abs(even.ratio - 1) < 1e-6, `${even.ratio}`);
  assert.equal(even.pairs, 8);
  const stepped = floats(
    ramp.shape,
    ramp.data.map((value, i) => value + (i % 8 >= 4 ? 0.5 : 0)),
  );
  const shown = seam({ pictures: stepped, mask });
  assert.ok(Math.abs(shown.ratio - 9) < 1e-5, `${shown.ratio}`);
  assert.ok(Math.abs(shown.inside - even.inside) < 1e-6, 'the sides are as they were');
});

test('resampling visits what the published schedule visits', () => {
  // 6 levels, jump 2, 3 resamples: indices of the levels as in the schedule of the paper, 5 the noisiest, −1 the data
  const walk = resampled({ steps: [6, 5, 4, 3, 2, 1, 0], jump: 2, resamples: 3 });
  const levels = [walk[0]!.from.sigma, ...walk.map(({ to }) => to.sigma)].map((sigma) => sigma - 1);
  assert.deepEqual(levels, [5, 4, 3, 2, 4, 3, 2, 4, 3, 2, 1, 0, 2, 1, 0, 2, 1, 0, -1]);
  assert.deepEqual(
    walk.map(({ since }) => since),
    [0, 1, 2, 3, 0, 1, 2, 0, 1, 2, 3, 4, 0, 1, 2, 0, 1, 2].slice(0, walk.length),
  );
});

test('resampling asks as often as RePaintScheduler of diffusers 0.42.1 visits levels on the way down', () => {
  const cases = [
    [6, 2, 3, 14],
    [20, 5, 10, 155],
    [50, 10, 10, 410],
    [30, 1, 5, 146],
    [30, 7, 4, 114],
  ] as const;
  for (const [count, jump, resamples, downs] of cases) {
    const steps = Array.from({ length: count + 1 }, (_, i) => count - i);
    assert.equal(resampled({ steps, jump, resamples }).filter(({ back }) => !back).length, downs, `${count} steps`);
  }
});

test('strokes leave few colours, the same ones wherever they are alike', () => {
  const picture = floats(
    [1, 3, 8, 8],
    Float32Array.from({ length: 192 }, (_, i) => (i % 8 < 4 ? 0.5 : -0.5) + 0.05 * Math.sin(i)),
  );
  const painted = strokes(picture, { radius: 1, colours: 2 });
  const colours = new Set(Array.from({ length: 64 }, (_, i) => [0, 64, 128].map((at) => painted.data[at + i]).join()));
  assert.equal(colours.size, 2);
  assert.ok(painted.data[0]! > 0.4 && painted.data[7]! < -0.4, `${painted.data[0]}, ${painted.data[7]}`);
  assert.equal(strokes(picture, { radius: 0, colours: 0 }), picture);
  assert.throws(() => strokes(floats([2, 2])), {
    message: 'strokes: pictures [B, C, H, W] are needed, got shape [2, 2].',
  });
});

test('a larger canvas keeps the picture and continues its border', () => {
  const picture = drawn([2, 3, 3, 4], 'picture');
  const large = extended(picture, { left: 1, right: 2, top: 2, bottom: 0, fill: 'border' });
  assert.deepEqual(large.shape, [2, 3, 5, 7]);
  assert.equal(large.data[(4 * 5 + 3) * 7 + 2], picture.data[(4 * 3 + 1) * 4 + 1]);
  assert.equal(large.data[0], picture.data[0]);
  assert.throws(() => extended(floats([2]), { left: 0, right: 0, top: 0, bottom: 0, fill: 0 }), {
    code: 'shape-mismatch',
  });
});

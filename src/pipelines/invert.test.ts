import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tinyModel, usualScheme } from '../../test/model-fixtures.js';
import { finish } from '../core/finish.js';
import { floats, sizeOf } from '../core/host-array.js';
import { fold, gaussians, key } from '../core/random.js';
import { createRuntime } from '../runtime/node.js';
import { type InversionName, inversions } from '../sampling/index.js';
import type { Guiding } from './guiding.js';
import { type InvertOptions, inversionLevels, invert, walkBack } from './invert.js';
import { type TranslateOptions, translate } from './translate.js';

const runtime = createRuntime({ threads: 1 });
const plain = tinyModel();
const model = tinyModel({ classes: 2 });
const noise = gaussians(fold(key(4), 'pictures'), sizeOf([3, 3, 8, 8]));
const pictures = floats(
  [3, 3, 8, 8],
  noise.map((x) => Math.max(-1, Math.min(1, 0.5 * x))),
);
const usual = {
  ...{ model, runtime, pictures, labels: [0, 1, 0], steps: 4, seed: 3 },
  inversion: { name: 'fixed-point' as InversionName },
};
const distance = (a: { data: Float32Array }, b: { data: Float32Array }): number =>
  Math.max(...a.data.map((value, i) => Math.abs(value - b.data[i]!)));

suite('levels', () => {
  test('meet, end at the least noise of training, and fall at most fourfold at the end', () => {
    for (const steps of [1, 4, 20, 999, 1000]) {
      const levels = inversionLevels(model, { ...usual, steps });
      for (const [i, { from }] of levels.entries()) if (i > 0) assert.deepEqual(levels[i - 1]!.to, from);
      const end = levels.at(-1)!.to;
      assert.ok(end.sigma > 0 && end.sigma < 0.01, `${steps} steps end at ${end.sigma}`);
      const ratios = levels.slice(-1).map(({ from, to }) => from.sigma / from.alpha / (to.sigma / to.alpha));
      if (steps > 1) assert.ok(Math.max(...ratios) <= 4.0001, `${ratios}`);
    }
  });
  test('a part of them with less strength, from the picture up', () => {
    const whole = inversionLevels(model, { ...usual, steps: 20 });
    const half = inversionLevels(model, { ...usual, steps: 20, strength: 0.5 });
    assert.deepEqual(half, whole.slice(whole.length - half.length));
    assert.equal(half.length, Math.round(whole.length / 2));
  });
});

suite('there and back', () => {
  test('of no way at all, the very same pictures', async () => {
    for (const name of inversions.names) {
      const options = { ...usual, inversion: { name }, strength: 0 };
      const found = await finish(invert(options));
      assert.equal(await finish(walkBack({ ...options, labels: [1, 1, 1], found })), pictures, name);
    }
  });

  for (const name of inversions.names) {
    test(`${name}: a picture is the same in any batch`, async () => {
      const options = { ...usual, inversion: { name } };
      const all = await finish(invert(options));
      const apart = await finish(invert({ ...options, batch: 1 }));
      assert.deepEqual(apart.start, all.start);
      assert.deepEqual(apart.recorded, all.recorded);
      const back = await finish(walkBack({ ...options, found: all }));
      assert.deepEqual(await finish(walkBack({ ...options, found: apart, batch: 2 })), back);
      if (inversions.entries[name].definition.order === Infinity) {
        assert.ok(distance(back, pictures) < 1e-4, `${distance(back, pictures)}`);
      }
    });
  }

  test('guided, where it is exact', async () => {
    for (const name of ['fixed-point', 'edit-friendly'] as const) {
      const options = { ...usual, inversion: { name }, guidance: 3 };
      const found = await finish(invert(options));
      const back = await finish(walkBack({ ...options, found }));
      assert.ok(distance(back, pictures) < 1e-3, `${name}: ${distance(back, pictures)}`);
      const unguided = await finish(walkBack({ ...options, guidance: 1, found }));
      assert.ok(distance(unguided, pictures) > 1e-3, `${name}: guidance changes nothing`);
    }
  });

  test('of part of the way, and without classes', async () => {
    const options = { ...usual, model: plain, labels: null, strength: 0.5 };
    const found = await finish(invert(options));
    assert.ok(distance(await finish(walkBack({ ...options, found })), pictures) < 1e-4, 'there and back');
  });

  test('counts its steps', async () => {
    const seen: [number, number][] = [];
    for await (const { done, total } of invert({ ...usual, inversion: { name: 'ddim' }, batch: 2 }))
      seen.push([done, total]);
    const count = inversionLevels(model, usual).length;
    assert.deepEqual(
      seen,
      Array.from({ length: 2 * count }, (_, i) => [i + 1, 2 * count]),
    );
  });
});

suite('translation', () => {
  const options: TranslateOptions = {
    ...{ source: { model, labels: [0, 0, 0] }, target: { model, labels: [1, 1, 1] } },
    ...{ runtime, pictures, steps: 4, seed: 0, inversion: { name: 'fixed-point' } },
  };
  const run = async (given: Partial<TranslateOptions> = {}) => {
    const work = translate({ ...options, ...given });
    for (;;) {
      const { done, value } = await work.next();
      if (done) return value;
    }
  };

  test('to the same class nothing changes; to another one something does, and back it is the same', async () => {
    assert.ok(distance((await run({ target: options.source })).pictures, pictures) < 1e-4, 'the same class');
    const there = await run();
    assert.ok(distance(there.pictures, pictures) > 1e-2, 'another class');
    const again = await run({ source: options.target, target: options.source, pictures: there.pictures });
    assert.ok(distance(again.pictures, pictures) < 1e-3, `there and back: ${distance(again.pictures, pictures)}`);
  });

  test('between two models', async () => {
    const other = tinyModel({ seed: 2 });
    const there = await run({ target: { model: other } });
    const again = await run({ source: { model: other }, target: options.source, pictures: there.pictures });
    assert.ok(distance(again.pictures, pictures) < 1e-3, `there and back: ${distance(again.pictures, pictures)}`);
  });

  test('guidance by name, there and back; guidance that changes the path has no way back', async () => {
    const guided = (choices: Guiding['choices']) => ({ ...options.source, guidance: { choices } });
    const named = guided([{ name: 'classifier-free', options: { scale: 2 } }]);
    const there = await run({ source: named });
    assert.deepEqual(there, await run({ source: { ...options.source, guidance: 2 } }));
    for (const choices of [named.guidance.choices, [{ name: 'autoguidance' }] as const]) {
      const both = { ...guided(choices), weak: tinyModel({ classes: 2, seed: 4 }) };
      const back = await run({ source: both, target: both });
      assert.ok(distance(back.pictures, pictures) < 1e-3, `${choices[0]!.name}: ${distance(back.pictures, pictures)}`);
    }
    await assert.rejects(run({ source: guided([{ name: 'cfg++' }]) }), {
      code: 'bad-option',
      message:
        'Under guidance that changes the path (cfg++, classifier-mean) there is no way to noise and back. Take another kind.',
    });
  });

  test('models on other levels share no noise', async () => {
    const scheme = { ...usualScheme, grid: { ...usualScheme.grid, schedule: 'linear' as const } };
    await assert.rejects(run({ target: { model: { ...plain, scheme } } }), {
      code: 'bad-steps',
      message:
        /^walkBack: the noise was found on other levels than this model walks; at step 0 it has alpha [\d.e-]+, sigma 1\.000, and the model alpha [\d.e-]+, sigma 1\.000\. Both models must be trained on the same schedule and sampled with the same spacing\.$/,
    });
  });

  test('progress goes from inverting to drawing', async () => {
    const phases: string[] = [];
    let last = { done: 0, total: 0 };
    for await (const { phase, done, total } of translate(options)) {
      phases.push(phase);
      assert.equal(done, last.done + 1);
      last = { done, total };
    }
    assert.equal(last.done, last.total);
    assert.deepEqual([...new Set(phases)], ['inverting', 'drawing']);
  });
});

suite('what is refused', () => {
  const refused = (given: Partial<InvertOptions>, code: string, message: string): Promise<void> =>
    assert.rejects(finish(invert({ ...usual, ...given })), { code, message });

  test('guidance, where the inversion cannot take it', async () => {
    await refused(
      { inversion: { name: 'ddim' }, guidance: 3 },
      'bad-option',
      'ddim: guidance of 3 is refused in an inversion, because its error is multiplied by the scale (Mokady et al. 2022). Invert at scale 1 and guide the way back, or take fixed-point or edit-friendly.',
    );
    await refused(
      { inversion: { name: 'second-order' }, guidance: 1.5 },
      'bad-option',
      'second-order: guidance of 1.5 is refused in an inversion, because its error grows with the bend of the path, which ' +
        'guidance makes sharper. Invert at scale 1 and guide the way back, or take fixed-point or edit-friendly.',
    );
  });

  test('pictures of another size', () =>
    refused(
      { pictures: floats([1, 3, 4, 4]) },
      'shape-mismatch',
      'invert: this model is of pictures [N, 3, 8, 8], got [1, 3, 4, 4].',
    ));

  test('models of two sizes', async () => {
    const large = { ...model, config: { ...model.config, sample_size: 16 } };
    const work = translate({ ...usual, source: { model }, target: { model: large } });
    await assert.rejects(work.next(), {
      code: 'shape-mismatch',
      message: 'translate: the models are of pictures of 3 × 8 × 8 and of 3 × 16 × 16. Take two of one size.',
    });
  });

  test('labels that do not fit', async () => {
    await refused({ labels: [0] }, 'bad-label', 'invert: 3 pictures need 3 labels, got 1.');
    await refused({ labels: [0, 5, 0] }, 'bad-label', 'invert: labels must be integers in [0, 2], got 5.');
    await refused({ model: plain }, 'bad-label', 'invert: this model has no classes: leave the labels out.');
    await refused(
      { model: plain, labels: null, guidance: 2 },
      'bad-label',
      'invert: guidance needs classes, and this model has none. Leave guidance at 1.',
    );
    await refused(
      { labels: null, guidance: 2 },
      'bad-label',
      'invert: guidance needs a class to follow. Name the classes, or leave guidance at 1.',
    );
    const exact = { ...model, classes: ['a', 'b', 'c'] }; // a name for every row: none is left for "any class"
    await refused(
      { model: exact, labels: [0, null, 1] },
      'bad-label',
      'invert: this model has no label for "any class". Give every picture one of its labels, integers in [0, 2].',
    );
    await refused(
      { model: exact, guidance: 2 },
      'bad-label',
      'invert: guidance compares with "any class", and this model has no label for it. Leave guidance at 1.',
    );
  });

  test('numbers out of range', () =>
    refused({ strength: 2 }, 'bad-option', 'invert: strength must be a number in [0, 1], got 2.'));
});

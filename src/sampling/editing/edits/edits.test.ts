import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { floats } from '../../../core/host-array.js';
import type { OptionSpecs } from '../../../core/options.js';
import { fold, key } from '../../../core/random.js';
import { batchSpace } from '../../../core/space.js';
import { cosine, grid, isNoisier, type Level } from '../../../diffusion/index.js';
import { intervals } from '../../intervals.js';
import type { Landing } from '../../landing.js';
import { remembered } from '../../remembered.js';
import type { Sampler, SamplerDefinition } from '../../sampler.js';
import { ddim, samplers } from '../../samplers/index.js';
import { trailing } from '../../steps/trailing.js';
import { sample, startingNoise } from '../../trajectory.js';
import type { Batch } from '../batch.js';
import type { EditFactory, EditFrames, EditSource, EditWalk } from '../edit.js';
import { boxMask, featheredMask, maskFor } from '../painting/masks.js';
import { lastShare } from '../part-way.js';
import { edits, interpolate, outpaint, partialNoising, repaint, strokesToPicture, superResolution } from './index.js';

const training = grid({ schedule: cosine() });
const steps = trailing().levels({ count: 6, grid: training });
const space = batchSpace();
const shape = [2, 3, 4, 4] as const;
const source = space.lincomb([0.5, space.gaussian(floats(shape), fold(key(2), 'source'))]);
const other = space.lincomb([0.5, space.gaussian(floats(shape), fold(key(2), 'other'))]);
const mask = maskFor(featheredMask({ mask: boxMask({ width: 4, height: 4, box: [1, 0, 3, 3] }), radius: 1 }), shape);

/** Data ~ N(0, 0.25): D is x times a number, and so is its pullback. */
const gain = ({ alpha, sigma }: Level): number => (0.25 * alpha) / (0.25 * alpha ** 2 + sigma ** 2);

interface Setup extends EditWalk {
  readonly calls: () => { readonly evaluations: number; readonly pullbacks: number };
}

function setup(sampler: Sampler = ddim()): Setup {
  const counts = { evaluations: 0, pullbacks: 0 };
  const scaled = (count: keyof typeof counts) => async (x: Batch, level: Level, v: Batch) => {
    counts[count] += 1;
    return space.map(v, (value) => gain(level) * value);
  };
  const denoise = scaled('evaluations');
  return {
    calls: () => counts,
    denoise: (x, level) => denoise(x, level, x),
    pullback: scaled('pullbacks'),
    sampler,
    steps,
    space,
    key: key(1),
    grid: training,
    other,
  };
}

async function end(frames: EditFrames): Promise<Batch> {
  for (;;) {
    const { done, value } = await frames.next();
    if (done) return value;
  }
}

const downwards = samplers.names.filter(
  (name) => (samplers.entries[name].definition as SamplerDefinition<OptionSpecs>).direction !== 'up',
);

for (const name of edits.names) {
  const create = edits.entries[name] as unknown as EditFactory<OptionSpecs>;
  const { definition } = create;
  const usual: EditSource = { source, mask };

  suite(name, () => {
    test('is registered under its own name', () => assert.equal(definition.name, name));

    for (const options of definition.neutral) {
      test(`changes no bit with ${JSON.stringify(options)}`, async () => {
        const walk = setup();
        const edit = create(options);
        const edited = await end(edit.run({ ...walk, source, mask: definition.needs?.includes('mask') ? mask : null }));
        assert.deepEqual(edited, source);
        assert.equal(walk.calls().evaluations, 0);
      });
    }

    test('changes nothing where the mask is empty, and asks nothing', async () => {
      const walk = setup();
      const given = { source, mask: floats(shape) };
      const edit = create(name === 'super-resolution' ? { factor: 2 } : {});
      assert.deepEqual(await end(edit.run({ ...walk, ...given })), edit.canvas(given).source);
      assert.deepEqual(walk.calls(), { evaluations: 0, pullbacks: 0 });
    });

    for (const sampler of downwards) {
      test(`keeps what is outside of the mask with ${sampler}, and costs what it says`, async () => {
        const rule = (samplers.entries[sampler] as () => Sampler)();
        const walk = setup(rule);
        const edit = create(name === 'super-resolution' ? { factor: 2 } : name === 'interpolate' ? { at: 0.4 } : {});
        const cost = edit.cost({ sampler: rule, steps });
        const edited = await end(edit.run({ ...walk, ...usual }));
        const before = edit.canvas(usual);
        assert.deepEqual(edited.shape, before.source.shape);
        let changed = 0;
        for (const [i, value] of before.source.data.entries()) {
          if (before.mask!.data[i] === 0) assert.equal(edited.data[i], value, `value ${i}`);
          else if (edited.data[i] !== value) changed += 1;
        }
        assert.ok(changed > edited.data.length / 4, `only ${changed} values changed`);
        if (cost.exact) {
          assert.deepEqual(walk.calls(), { evaluations: cost.evaluations, pullbacks: cost.pullbacks });
        } else assert.ok(walk.calls().evaluations >= cost.evaluations, `${walk.calls().evaluations}`);
      });
    }

    test('same key, same bits; another key, others', async () => {
      const once = { ...setup(), ...usual };
      const edit = create();
      assert.deepEqual(await end(edit.run(once)), await end(edit.run(once)));
      if (name === 'interpolate') return; // the noises are those of the pictures
      assert.notDeepEqual(await end(edit.run({ ...once, key: key(9) })), await end(edit.run(once)));
    });

    test('takes what is wanted in place of the denoiser on the way, and asks no more for it', async () => {
      const options = name === 'super-resolution' ? { factor: 2 } : name === 'interpolate' ? { at: 0.4 } : {};
      const edit = create(options);
      const [plain, walk] = [setup(), setup()];
      const before = await end(edit.run({ ...plain, ...usual }));
      const denoise = remembered(walk.denoise);
      const shifted = (by: number) => async (x: Batch, level: Level) => {
        const answer = await denoise(x, level);
        if (by === 0) return answer;
        const more = (value: number, i: number): number => value + by * (i % 2); // a mean of four sees but a part
        return floats(answer.shape, answer.data.map(more));
      };
      assert.deepEqual(await end(edit.run({ ...walk, denoise, shifted: shifted(0), ...usual })), before);
      assert.deepEqual(walk.calls(), plain.calls());
      const after = await end(edit.run({ ...walk, denoise, shifted: shifted(0.25), ...usual }));
      const kept = edit.canvas(usual).mask!.data;
      let [sum, count] = [0, 0];
      for (const [i, value] of before.data.entries()) {
        if (kept[i] === 0) assert.equal(after.data[i], value, `value ${i}`);
        else [sum, count] = [sum + Math.abs(after.data[i]! - value), count + 1];
      }
      assert.ok(sum / count > 0.05, `${name} changed by ${sum / count}`);
    });

    test('stops when told to', async () => {
      const stop = new AbortController();
      const frames = create().run({ ...setup(), ...usual, signal: stop.signal });
      await frames.next();
      stop.abort();
      await assert.rejects(frames.next(), { name: 'AbortError' });
    });

    test('says what it is missing', async () => {
      for (const need of definition.needs ?? []) {
        const { [need]: _, ...lacking } = { ...setup(), ...usual };
        const given = { mask: null, ...lacking } as EditWalk & EditSource;
        await assert.rejects(create().run(given).next(), {
          code: 'bad-option',
          message: new RegExp(`^${name} needs `),
        });
      }
    });
  });
}

test('every file in this folder is registered', async () => {
  const files = (await readdir(new URL('.', import.meta.url)))
    .map((file) => file.replace(/\.[jt]s$/, ''))
    .filter((file) => file !== 'index' && !file.endsWith('.test') && !file.endsWith('.d'));
  assert.deepEqual(files.sort(), [...edits.names].sort());
});

suite('partial noising', () => {
  test('with strength 1 is plain sampling from the same noise, to the bit', async () => {
    for (const sampler of ['ddim', 'euler-ancestral', 'dpmpp-2m-sde'] as const) {
      const walk = setup((samplers.entries[sampler] as () => Sampler)());
      const start = startingNoise({ steps, like: source, space, key: walk.key });
      const plain = await sample({ ...walk, start });
      assert.deepEqual(await end(partialNoising({ strength: 1 }).run({ ...walk, source, mask: null })), plain);
    }
  });

  test('starts at the level of its share of the steps', async () => {
    const walk = setup();
    const first = await partialNoising({ strength: 0.5 })
      .run({ ...walk, source, mask: null })
      .next();
    const { level, x } = first.value as { level: Level; x: Batch };
    assert.equal(level, intervals(steps)[3]!.from);
    const noise = space.gaussian(source, fold(walk.key, 'start'));
    assert.deepEqual(x, space.lincomb([level.alpha, source], [level.sigma, noise]));
    assert.deepEqual(
      [0, 0.01, 0.5, 1].map((share) => lastShare(steps, share).length),
      [0, 1, 3, 6],
    );
  });

  test('goes further from the source the stronger it is', async () => {
    const far = async (strength: number): Promise<number> => {
      const edited = await end(partialNoising({ strength }).run({ ...setup(), source, mask: null }));
      return Math.hypot(...edited.data.map((value, i) => value - source.data[i]!));
    };
    const distances = [await far(0), await far(0.34), await far(0.67), await far(1)];
    assert.equal(distances[0], 0);
    for (let i = 1; i < 4; i++) assert.ok(distances[i]! > distances[i - 1]!, `${distances}`);
  });
});

test('strokes walk from a picture of few colours', async () => {
  const walk = setup();
  const options = { strength: 0.5, radius: 1, colours: 2 };
  const first = await strokesToPicture(options)
    .run({ ...walk, source, mask: null })
    .next();
  const { x, level } = first.value as { x: Batch; level: Level };
  const noise = space.gaussian(source, fold(walk.key, 'start'));
  const painted = space.lincomb([1 / level.alpha, x], [-level.sigma / level.alpha, noise]);
  const colours = new Set(
    Array.from({ length: 16 }, (_, i) => [0, 16, 32].map((at) => painted.data[at + i]!.toFixed(3)).join()),
  );
  assert.equal(colours.size, 2);
});

test('repaint with one resample is blending', async () => {
  const walk = setup();
  const [once, blended] = [repaint({ jump: 2, resamples: 1 }), edits.entries.blend()];
  assert.deepEqual(await end(once.run({ ...walk, source, mask })), await end(blended.run({ ...walk, source, mask })));
});

test('blending in the form of a denoiser shows both denoisers the same x, and asks once for both', async () => {
  const walk = setup();
  const seen: Batch[] = [];
  const denoise = remembered(walk.denoise);
  const shifted = (x: Batch, level: Level) => {
    seen.push(x);
    return denoise(x, level);
  };
  const edit = edits.entries.blend({ form: 'denoiser' });
  await end(edit.run({ ...walk, source, mask, denoise, shifted }));
  assert.equal(seen.length, intervals(steps).length);
  assert.equal(walk.calls().evaluations, edit.cost({ sampler: ddim(), steps }).evaluations);
});

test('repaint: what guidance changes of the path it changes on the way to the data alone', async () => {
  const visited: boolean[] = [];
  const edit = repaint({ jump: 2, resamples: 3 });
  const landing: Landing<Batch> = ({ from, to, landed }) => {
    visited.push(isNoisier(to, from));
    return landed;
  };
  await end(edit.run({ ...setup(), source, mask, landings: [landing] }));
  assert.deepEqual(
    visited,
    Array.from({ length: edit.cost({ sampler: ddim(), steps }).evaluations }, () => false),
  );
});

test('outpainting puts the picture on a larger canvas', async () => {
  const edit = outpaint({ left: 2, bottom: 2, jump: 2, resamples: 2 });
  const edited = await end(edit.run({ ...setup(), source, mask: null }));
  assert.deepEqual(edited.shape, [2, 3, 6, 6]);
  for (let i = 0; i < source.data.length; i++) {
    const [x, y, plane] = [i % 4, Math.floor(i / 4) % 4, Math.floor(i / 16)];
    assert.equal(edited.data[(plane * 6 + y) * 6 + x + 2], source.data[i], `pixel ${i}`);
  }
});

test('super-resolution gives the source when it is shrunk, whatever else is wanted on the way', async () => {
  const wanted = { shifted: async (x: Batch, level: Level) => space.map(x, (value) => 0.3 + gain(level) * value) };
  const runs = (['dps', 'pigdm', 'ddnm'] as const).flatMap((rule) => [
    superResolution({ factor: 2, rule }).run({ ...setup(), source, mask: null }),
    superResolution({ factor: 2, rule }).run({ ...setup(), ...wanted, source, mask: null }),
  ]);
  for (const [run, frames] of runs.entries()) {
    const edited = await end(frames);
    assert.deepEqual(edited.shape, [2, 3, 8, 8]);
    for (const [i, value] of source.data.entries()) {
      const [x, y, plane] = [i % 4, Math.floor(i / 4) % 4, Math.floor(i / 16)];
      const at = (plane * 8 + 2 * y) * 8 + 2 * x;
      const mean = [at, at + 1, at + 8, at + 9].reduce((sum, j) => sum + edited.data[j]!, 0) / 4;
      assert.ok(Math.abs(mean - value) < 1e-5, `run ${run}: ${mean} and ${value}`);
    }
  }
});

test('interpolation ends at the two pictures, and its noise keeps its length', async () => {
  const [a, b] = [rowOf(source, 0), rowOf(source, 1)];
  const three = (x: Batch): Batch => floats([3, 3, 4, 4], [...x.data, ...x.data, ...x.data]);
  const walk = { ...setup(), other: three(b) };
  const edited = await end(interpolate().run({ ...walk, source: three(a), mask: null }));
  assert.deepEqual(rowOf(edited, 0).data, a.data);
  assert.deepEqual(rowOf(edited, 2).data, b.data);
  assert.notDeepEqual(rowOf(edited, 1).data, a.data);
});

const rowOf = (x: Batch, row: number): Batch => floats([1, 3, 4, 4], x.data.slice(row * 48, (row + 1) * 48));

test('a wrong name or option says what was meant', () => {
  assert.throws(() => edits.get('repant'), { message: /^Unknown edit "repant"\. Did you mean "repaint"\?/ });
  assert.throws(() => partialNoising({ strength: 2 }), {
    message: 'partial-noising: strength must be a number in [0, 1], got 2.',
  });
});

test('an edit refuses a sampler that walks up, and a mask of another size', async () => {
  const up = { ...setup(samplers.entries['ddim-inverse']()), source, mask: null };
  await assert.rejects(partialNoising().run(up).next(), {
    message: 'partial-noising: the sampler ddim-inverse walks from pictures to noise. Use another, for example ddim.',
  });
  const wrong = { ...setup(), source, mask: floats([3, 3]) };
  await assert.rejects(repaint().run(wrong).next(), {
    message:
      'The mask is [3, 3] and the pictures are [2, 3, 4, 4]: give a mask of the last two, or of the whole shape.',
  });
});

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { mixtureData } from '../../../../test/mixture.js';
import { numbers } from '../../../../test/numbers.js';
import { floats, type HostArray, rows } from '../../../core/host-array.js';
import { key } from '../../../core/random.js';
import { batchSpace } from '../../../core/space.js';
import { cosine, type Level } from '../../../diffusion/index.js';
import { classifierFree } from '../../guidance/index.js';
import type { Denoiser } from '../../sampler.js';
import { sample } from '../../trajectory.js';
import { fixedPointInversion, type Inversion, inversions, invertAll } from './index.js';

const { expected } = mixtureData([
  { mean: -0.7, sd: 0.35, weight: 0.4 },
  { mean: 0.5, sd: 0.5, weight: 0.6 },
]);
const denoise: Denoiser<number> = async (x, level) => expected(x, level);
/** From much noise to little, evenly in time: the end remembers every number. */
const levels = (count: number): Level[] =>
  Array.from({ length: count + 1 }, (_, i) => cosine().level(0.95 - (0.9 * i) / count));
const pictures = [0.9, -0.4, 0.1];

/** What the way there and back misses, over some numbers together. */
async function missed(inversion: Inversion, count: number, by: Denoiser<number> = denoise): Promise<number> {
  const steps = levels(count);
  const { alpha } = steps.at(-1)!;
  const errors = pictures.map(async (clean) => {
    const given = { denoise: by, space: numbers, key: key(0) };
    const { walk } = await invertAll(inversion, { ...given, clean, steps });
    return Math.abs((await sample({ ...walk, ...given })) / alpha - clean);
  });
  return Math.hypot(...(await Promise.all(errors)));
}

const exactly = (name: string): object => (name === 'fixed-point' ? { tolerance: 1e-13, rounds: 200 } : {});

for (const name of inversions.names) {
  const create = inversions.entries[name];
  const { order, refusesClean, evaluations } = create.definition;
  const inversion = create(exactly(name) as never) as Inversion;

  suite(name, () => {
    test('says its own name', () => assert.equal(create.definition.name, name));

    test(`there and back with the error of its order, ${order}`, async () => {
      const errors = await Promise.all([40, 80, 160].map((count) => missed(inversion, count)));
      if (order === Infinity) {
        for (const error of errors) assert.ok(error < 1e-11, `errors ${errors}`);
        return;
      }
      const measured = errors.slice(1).map((error, i) => Math.log2(errors[i]! / error));
      for (const slope of measured) assert.ok(Math.abs(slope - order) < 0.3, `measured ${measured}, errors ${errors}`);
    });

    test('yields every level from the picture up, and walks back from where it ended', async () => {
      const steps = levels(5);
      const seen: [number, number, number][] = [];
      const work = inversion.invert({ denoise, clean: 0.3, steps, space: numbers, key: key(1) });
      for (;;) {
        const { done, value } = await work.next();
        if (done) {
          assert.deepEqual(
            value.walk.steps,
            steps.slice(1).map((to, i) => ({ from: steps[i]!, to })),
          );
          assert.equal(value.walk.sampler, inversion.sampler);
          break;
        }
        seen.push([value.index, value.count, steps.indexOf(value.level)]);
      }
      const order = seen.map(([, , place]) => place);
      assert.deepEqual([...order].sort(), [0, 1, 2, 3, 4]);
      assert.deepEqual(
        seen.map(([index, count]) => [index, count]),
        [0, 1, 2, 3, 4].map((index) => [index, 5]),
      );
    });

    test('asks the denoiser as often as it says', async () => {
      let calls = 0;
      const counted: Denoiser<number> = async (x, level) => (calls++, expected(x, level));
      const usual = create() as Inversion;
      await invertAll(usual, { denoise: counted, clean: 0.3, steps: levels(10), space: numbers, key: key(1) });
      if (name === 'fixed-point') assert.ok(calls >= 10 * evaluations, `${calls} calls`);
      else assert.equal(calls, 10 * evaluations);
    });

    test('a picture does not depend on its neighbours, and pictures come back in float32', async () => {
      const usual = create() as Inversion;
      const clean = floats([3, 4], [0.9, -0.9, 0.2, 0, -0.5, 0.5, 0.1, 0.3, 0.7, 0.7, -0.7, -0.2]);
      const by: Denoiser<HostArray<'float32'>> = async (x, level) =>
        floats(
          x.shape,
          x.data.map((value) => expected(value, level)),
        );
      const invert = async (from: number, to: number) => {
        const given = { denoise: by, space: batchSpace({ first: from }), key: key(3) };
        const { walk, recorded } = await invertAll(usual, {
          ...given,
          clean: rows(clean, from, to),
          steps: levels(10),
        });
        return { walk, recorded, back: await sample({ ...walk, ...given }) };
      };
      const all = await invert(0, 3);
      const one = await invert(1, 2);
      assert.deepEqual(rows(all.walk.start, 1, 2).data, one.walk.start.data);
      assert.equal(all.recorded?.length, one.recorded?.length);
      if (order < Infinity) return;
      const { alpha } = levels(10).at(-1)!;
      const worst = Math.max(...all.back.data.map((value, i) => Math.abs(value / alpha - clean.data[i]!)));
      assert.ok(worst < 2e-5, `worst ${worst}`);
    });

    test('steps that do not meet are refused', async () => {
      const [a, b, c] = levels(2) as [Level, Level, Level];
      const steps = [
        { from: a, to: { ...b, sigma: b.sigma / 2 } },
        { from: b, to: c },
      ];
      await assert.rejects(invertAll(inversion, { denoise, clean: 0.3, steps, space: numbers, key: key(0) }), {
        code: 'bad-steps',
        message:
          `${name}: step 1 does not start where step 0 lands, and what lies between cannot be inverted. ` +
          "Take steps that meet (landing 'next').",
      });
    });

    test('the level without noise is an end, or refused', async () => {
      const steps = [...levels(4), { alpha: 1, sigma: 0 }];
      const work = invertAll(inversion, { denoise, clean: 0.3, steps, space: numbers, key: key(0) });
      if (refusesClean === null) return assert.ok(Number.isFinite((await work).walk.start), 'the start is a number');
      await assert.rejects(work, {
        code: 'bad-steps',
        message: `${name}: the last step ends without noise. ${refusesClean} Take steps that end at a noisy level.`,
      });
    });

    test('stops when told', async () => {
      const controller = new AbortController();
      const work = inversion.invert({
        ...{ denoise, clean: 0.3, steps: levels(5), space: numbers, key: key(0) },
        signal: controller.signal,
      });
      await work.next();
      controller.abort();
      await assert.rejects(async () => {
        while (!(await work.next()).done);
      }, controller.signal.reason as Error);
    });
  });
}

test('every file is registered', async () => {
  const tools = ['anderson', 'index', 'inversion', 'upwards'];
  const files = (await readdir(new URL('.', import.meta.url))).filter((file) => !file.endsWith('.test.ts'));
  const names = files.map((file) => file.replace(/\.ts$/, '')).filter((file) => !tools.includes(file));
  assert.deepEqual(names.sort(), [...inversions.names].sort());
});

suite('guidance', () => {
  /** Data of the left bell, of both: what a class and no class say. */
  const left = mixtureData([{ mean: -0.7, sd: 0.35, weight: 1 }]);
  const guided = (scale: number): Denoiser<number> =>
    classifierFree({
      conditional: async (x, level) => left.expected(x, level),
      unconditional: denoise,
      scale,
      space: numbers,
    });

  for (const name of inversions.names.filter(
    (other) => inversions.entries[other].definition.refusesGuidance === null,
  )) {
    test(`${name}: the guided map is inverted exactly`, async () => {
      const error = await missed(inversions.entries[name](exactly(name) as never) as Inversion, 40, guided(3));
      assert.ok(error < 1e-11, `${error}`);
    });
  }

  test('what is refused has a reason: the error of ddim grows with the scale', async () => {
    const at = (scale: number): Promise<number> => missed(inversions.entries.ddim() as Inversion, 40, guided(scale));
    const [plain, two, three] = [await at(1), await at(2), await at(3)];
    assert.ok(two > 2 * plain && three > 1.5 * two, `${plain}, ${two}, ${three}`);
    for (const name of ['ddim', 'second-order'] as const) {
      assert.ok(inversions.entries[name]().refusesGuidance!.length > 40, name);
    }
  });
});

suite('fixed-point', () => {
  const invert = async (by: Denoiser<number>, options: object, count = 4) => {
    const found = await invertAll(fixedPointInversion(options), {
      ...{ denoise: by, clean: 0.3, steps: levels(count), space: numbers, key: key(0) },
    });
    return found.solved!;
  };

  test('says of every step how many rounds it took and what is left', async () => {
    const solved = await invert(denoise, { tolerance: 1e-9 });
    assert.equal(solved.length, 4);
    for (const { rounds, residuals, outcomes } of solved) {
      assert.deepEqual(outcomes, ['converged']);
      assert.ok(residuals[0]! <= 1e-9 && rounds >= 2 && rounds <= 10, `${rounds} rounds, ${residuals}`);
    }
  });

  test('past guesses save rounds', async () => {
    const total = async (memory: number): Promise<number> =>
      (await invert(denoise, { tolerance: 1e-10, memory, rounds: 500 })).reduce((sum, { rounds }) => sum + rounds, 0);
    const [plain, mixed] = [await total(0), await total(1)];
    assert.ok(mixed < 0.7 * plain, `${mixed} against ${plain}`);
  });

  test('says when the rounds are used up', async () => {
    const solved = await invert(denoise, { tolerance: 0, rounds: 2 });
    for (const { rounds, outcomes } of solved) assert.deepEqual([rounds, outcomes], [2, ['stalled']]);
  });

  test('says when it diverges, and keeps the best guess', async () => {
    // A denoiser so steep that the plain iteration runs away from every fixed point.
    const steep: Denoiser<number> = async (x) => 40 * x;
    const solved = await invert(steep, { memory: 0 }, 2);
    assert.ok(
      solved.some(({ outcomes }) => outcomes[0] === 'diverged'),
      JSON.stringify(solved),
    );
    assert.ok(
      solved.every(({ residuals }) => Number.isFinite(residuals[0])),
      JSON.stringify(solved),
    );
  });

  test('of a batch, each picture has its own outcome', async () => {
    const by: Denoiser<HostArray<'float32'>> = async (x, level) =>
      floats(
        x.shape,
        x.data.map((value, i) => (i === 0 ? expected(value, level) : 40 * value)),
      );
    const { solved } = await invertAll(fixedPointInversion({ memory: 0, tolerance: 1e-5 }), {
      ...{ denoise: by, clean: floats([2, 1], [0.3, 0.3]), steps: levels(2), space: batchSpace(), key: key(0) },
    });
    assert.deepEqual(solved![0]!.outcomes, ['converged', 'diverged']);
  });
});

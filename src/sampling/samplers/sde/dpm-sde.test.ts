import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Bell, mixtureData } from '../../../../test/mixture.js';
import { gaussianData, numbers } from '../../../../test/numbers.js';
import { floats, type HostArray } from '../../../core/host-array.js';
import { fold, gaussians, key, uniforms } from '../../../core/random.js';
import { batchSpace } from '../../../core/space.js';
import { cosine, grid, type Level } from '../../../diffusion/index.js';
import { intervals, type Steps } from '../../intervals.js';
import type { Sampler } from '../../sampler.js';
import { trailing } from '../../steps/trailing.js';
import { sample } from '../../trajectory.js';
import {
  dpmpp2m,
  dpmpp2mSde,
  dpmpp2s,
  dpmpp3m,
  dpmpp3mSde,
  dpmppSde,
  dpmSolverMultistep,
  dpmSolverMultistepSde,
  dpmSolverSinglestep,
  dpmSolverSinglestepSde,
} from '../index.js';

type Row = HostArray<'float32'>;

const space = batchSpace();
const oneBell: readonly Bell[] = [{ mean: 0.3, sd: 0.5, weight: 1 }];
const twoBells: readonly Bell[] = [
  { mean: -1, sd: 0.3, weight: 0.4 },
  { mean: 0.8, sd: 0.2, weight: 0.6 },
];
const gaussian = mixtureData(oneBell);
const rowDenoiser = (data: typeof gaussian) => async (x: Row, level: Level) =>
  space.map(x, (value) => data.expected(value, level));

/** Many walks at once, from `start`. */
const run = (
  sampler: Sampler,
  steps: Steps,
  { data, start, seed = 2 }: { data: typeof gaussian; start: Row; seed?: number },
) => sample({ denoise: rowDenoiser(data), sampler, steps, start, space, key: key(seed) });

/** Draws from data at a level. */
function drawn(bells: readonly Bell[], level: Level, count: number): Row {
  const [picks, centers] = [uniforms(key(31), count), gaussians(key(32), count)];
  const out = floats([1, count]);
  for (let i = 0; i < count; i++) {
    let [n, left] = [0, picks[i]! - bells[0]!.weight];
    for (; left > 0 && n + 1 < bells.length; n++) left -= bells[n + 1]!.weight;
    const { mean, sd } = bells[n]!;
    out.data[i] = level.alpha * mean + Math.hypot(level.alpha * sd, level.sigma) * centers[i]!;
  }
  return out;
}

const samplers: Readonly<Record<string, Sampler>> = {
  'dpmpp-2m-sde': dpmpp2mSde(),
  'dpmpp-2m-sde heun': dpmpp2mSde({ form: 'heun' }),
  'dpmpp-2m-sde η = 0.4': dpmpp2mSde({ eta: 0.4 }),
  'dpmpp-3m-sde': dpmpp3mSde(),
  'dpmpp-3m-sde half': dpmpp3mSde({ curvature: 'half' }),
  'dpmpp-sde': dpmppSde(),
  'dpmpp-sde η = 2, r = 0.3': dpmppSde({ eta: 2, r: 0.3 }),
  'dpm-solver-multistep-sde': dpmSolverMultistepSde(),
  'dpm-solver-multistep-sde heun': dpmSolverMultistepSde({ form: 'heun' }),
  'dpm-solver-singlestep-sde': dpmSolverSinglestepSde(),
  'dpm-solver-singlestep-sde 3 heun': dpmSolverSinglestepSde({ order: 3, form: 'heun' }),
};

suite('walks end in the distribution they should', () => {
  const walks = 2000;
  // From one level above 0 to another: the start is exact, the end is compared with the exact distribution there.
  const steps = Array.from({ length: 65 }, (_, i) => cosine().level(0.98 - (0.93 * i) / 64));
  for (const [name, sampler] of Object.entries(samplers)) {
    for (const [kind, bells] of Object.entries({ gaussian: oneBell, mixture: twoBells })) {
      test(`${name}: ${kind}`, async () => {
        const data = mixtureData(bells);
        const { data: end } = await run(sampler, steps, { data, start: drawn(bells, steps[0]!, walks) });
        const sorted = [...end].sort((a, b) => a - b);
        const gaps = sorted.map((x, i) => Math.abs(data.below(x, steps.at(-1)!) - (i + 0.5) / walks));
        const ks = Math.max(...gaps);
        // Kolmogorov's bound that is passed by chance once in a thousand, and the bias of 64 steps.
        assert.ok(ks < 1.95 / Math.sqrt(walks) + 0.01, `${ks}`);
      });
    }
  }

  test('down to no noise, mean and spread are those of the data', async () => {
    const training = grid({ schedule: cosine() });
    const down = trailing().levels({ count: 60, grid: training });
    const start = drawn(oneBell, intervals(down)[0]!.from, walks);
    for (const sampler of [dpmpp2mSde(), dpmpp3mSde(), dpmppSde(), dpmSolverSinglestepSde()]) {
      const { data: end } = await run(sampler, down, { data: gaussian, start });
      const mean = end.reduce((sum, value) => sum + value, 0) / walks;
      const sd = Math.sqrt(end.reduce((sum, value) => sum + (value - mean) ** 2, 0) / walks);
      assert.ok(Math.abs(mean - 0.3) < (4 * 0.5) / Math.sqrt(walks) + 0.005, `${sampler.name}: mean ${mean}`);
      assert.ok(Math.abs(sd - 0.5) < (4 * 0.5) / Math.sqrt(2 * walks) + 0.01, `${sampler.name}: deviation ${sd}`);
    }
  });
});

suite('more steps with one key approach one path, at strong order 1', () => {
  const walks = 100;
  for (const sampler of [dpmpp2mSde(), dpmpp3mSde(), dpmppSde(), dpmSolverMultistepSde(), dpmSolverSinglestepSde()]) {
    const { name } = sampler;
    test(name, async () => {
      const ends = async (count: number): Promise<Float32Array> => {
        const steps = Array.from({ length: count + 1 }, (_, i) => cosine().level(0.95 - (0.9 * i) / count));
        const start = space.gaussian(floats([1, walks]), fold(key(5), 'start'));
        return (await run(sampler, steps, { data: gaussian, start })).data;
      };
      const limit = await ends(1024);
      const distance = async (count: number): Promise<number> => {
        const end = await ends(count);
        return Math.sqrt(end.reduce((sum, value, i) => sum + (value - limit[i]!) ** 2, 0) / walks);
      };
      const [coarse, fine] = [await distance(32), await distance(256)];
      const measured = Math.log2(coarse / fine) / 3;
      assert.ok(Math.abs(measured - 1) < 0.3, `measured ${measured.toFixed(2)}, ${coarse} to ${fine}`);
      const another = (
        await run(sampler, [cosine().level(0.9), cosine().level(0.5)], {
          data: gaussian,
          start: floats([1, walks]),
          seed: 3,
        })
      ).data;
      assert.notDeepEqual(another, limit);
    });
  }
});

suite('without noise they are the solvers of the ODE', () => {
  const { denoise } = gaussianData(0.5);
  const steps = Array.from({ length: 13 }, (_, i) => cosine().level(0.95 - (0.9 * i) / 12));
  const pairs: readonly (readonly [Sampler, Sampler])[] = [
    [dpmpp2mSde({ eta: 0 }), dpmpp2m()],
    [dpmpp3mSde({ eta: 0 }), dpmpp3m()],
    [dpmppSde({ eta: 0 }), dpmpp2s()],
    [dpmSolverMultistepSde({ eta: 0 }), dpmSolverMultistep()],
    [dpmSolverSinglestepSde({ eta: 0 }), dpmSolverSinglestep()],
  ];
  for (const [sde, ode] of pairs) {
    test(`${sde.name} is ${ode.name}`, async () => {
      const [a, b] = await Promise.all(
        [sde, ode].map((sampler) => sample({ denoise, sampler, steps, start: 0.9, space: numbers, key: key(1) })),
      );
      assert.equal(a, b);
    });
  }
});

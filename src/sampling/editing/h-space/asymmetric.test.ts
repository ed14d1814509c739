import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { numbers } from '../../../../test/numbers.js';
import { key } from '../../../core/random.js';
import { cosine, grid } from '../../../diffusion/index.js';
import { clip } from '../../limits/index.js';
import type { Denoiser } from '../../sampler.js';
import { ddim, ddpm, dpmpp2m, euler, heun } from '../../samplers/index.js';
import { trailing } from '../../steps/index.js';
import { sample, type TrajectoryOptions } from '../../trajectory.js';
import { asymmetric } from './asymmetric.js';

const levels = grid({ schedule: cosine() });
const steps = trailing({ end: 'clean' }).levels({ count: 12, grid: levels });
/** The exact denoiser of data N(m, s²). */
const gaussian =
  (m: number, s: number): Denoiser<number> =>
  async (x, { alpha, sigma }) =>
    m + ((alpha * s * s) / (alpha ** 2 * s * s + sigma ** 2)) * (x - alpha * m);
const walk = (options: Partial<TrajectoryOptions<number>>) =>
  sample({
    denoise: gaussian(0.2, 0.5),
    sampler: ddim(),
    steps,
    start: 0.7,
    space: numbers,
    key: key(1),
    ...options,
  });

suite('asymmetric', () => {
  for (const sampler of [ddim({ eta: 1 }), ddpm(), euler(), heun(), dpmpp2m()]) {
    test(`${sampler.name}: an answer that is not shifted changes no bit`, async () => {
      const plain = await walk({ sampler, limit: clip() });
      const denoise = gaussian(0.2, 0.5);
      let last: { readonly x: number; readonly answer: number } | null = null;
      const remembering: Denoiser<number> = async (x, level) => {
        const answer = await denoise(x, level);
        last = { x, answer };
        return answer;
      };
      const same: Denoiser<number> = async (x, level) => (last?.x === x ? last.answer : denoise(x, level));
      const landings = [asymmetric({ shifted: same })];
      assert.equal(await walk({ sampler, denoise: remembering, limit: clip(), landings }), plain);
    });
  }

  test('with DDIM it is the published step: α′·D̃ + σ′·(x − α·D)/σ', async () => {
    const [from, to] = [levels.level(700), levels.level(500)];
    const [base, shifted] = [gaussian(0.2, 0.5), gaussian(-0.6, 0.3)];
    const [x, landings] = [0.7, [asymmetric({ shifted })]];
    for (const eta of [0, 0.7, 1]) {
      const one = { sampler: ddim({ eta }), steps: [from, to], landings };
      const difference = (await walk(one)) - (await walk({ ...one, landings: [] }));
      const kick = to.alpha * ((await shifted(x, from)) - (await base(x, from)));
      assert.ok(Math.abs(difference - kick) < 1e-12, `eta ${eta}: ${difference} and ${kick}`);
    }
    const published =
      to.alpha * (await shifted(x, from)) + (to.sigma * (x - from.alpha * (await base(x, from)))) / from.sigma;
    const landed = await walk({ steps: [from, to], landings });
    assert.ok(Math.abs(landed - published) < 1e-12, `${landed} and ${published}`);
  });
});

suite('what a walk is told', () => {
  test('landings are applied in order and see the step', async () => {
    const seen: number[] = [];
    await walk({
      landings: [
        ({ landed, index, count, from, to, model, denoised }) => {
          seen.push(index);
          assert.equal(count, 12);
          assert.ok(from.sigma > to.sigma, 'downwards');
          assert.equal(model, denoised);
          return landed + 1;
        },
        ({ landed, index }) => {
          seen.push(-index);
          return landed - 1;
        },
      ],
    });
    assert.deepEqual(seen.slice(0, 4), [0, -0, 1, -1]);
  });

  test('recorded noise stands in for drawn noise', async () => {
    const drawn = await walk({ sampler: ddpm() });
    assert.equal(await walk({ sampler: ddpm(), noises: () => undefined }), drawn);
    assert.notEqual(await walk({ sampler: ddpm(), noises: (index) => (index === 3 ? 0 : undefined) }), drawn);
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { numbers } from '../../test/numbers.js';
import { floats } from '../core/host-array.js';
import { key } from '../core/random.js';
import { batchSpace } from '../core/space.js';
import type { Level } from '../diffusion/index.js';
import { denoiser } from './denoiser.js';
import { intervals } from './intervals.js';
import { assemble, type Scheme } from './scheme.js';
import { sample, startingNoise } from './trajectory.js';

const chain: Scheme = {
  grid: { schedule: 'scaled-linear', options: {}, count: 1000, zeroTerminalSnr: false },
  prediction: 'epsilon',
  steps: { name: 'linspace', options: { indices: 'exact' } },
  sampler: { name: 'dpm2' },
  limit: null,
};

/** Models of every kind: levels, prediction, how a denoiser is made, which levels are visited, how noise starts. */
const models: Readonly<Record<string, Scheme>> = {
  'a chain in the scale of the model': chain,
  'a chain at α = 1': { ...chain, steps: { name: 'karras' }, sampler: { name: 'heun' }, start: 'sigma' },
  'a chain that ends in pure noise': {
    ...chain,
    grid: { schedule: 'scaled-linear', options: {}, count: 1000, zeroTerminalSnr: true },
    prediction: 'v',
    steps: { name: 'trailing' },
    sampler: { name: 'dpmpp-2m' },
  },
  'the family of EDM': {
    grid: { schedule: 've', options: { sigmaMin: 0.002, sigmaMax: 80 }, count: 1000, zeroTerminalSnr: false },
    prediction: 'x0',
    precondition: { name: 'edm', options: { sigmaData: 0.5 } },
    steps: { name: 'karras' },
    sampler: { name: 'heun' },
    limit: null,
  },
  'exploding noise and a score': {
    grid: { schedule: 've', options: { sigmaMin: 0.01, sigmaMax: 50 }, count: 1000, zeroTerminalSnr: false },
    prediction: 'score',
    precondition: { name: 've' },
    steps: { name: 'geometric' },
    sampler: { name: 'dpm2' },
    limit: null,
  },
  'a straight path and its velocity': {
    grid: { schedule: 'straight', options: {}, count: 1000, zeroTerminalSnr: false },
    prediction: 'flow',
    steps: { name: 'flow', options: { shift: 3 } },
    sampler: { name: 'heun' },
    limit: null,
    start: 'unit',
  },
};

/** The clean value expected of x for data ~ N(0.3, 0.5²). */
const optimal = (x: number, { alpha, sigma }: Level): number =>
  0.3 + ((0.25 * alpha) / (0.25 * alpha ** 2 + sigma ** 2)) * (x - alpha * 0.3);

suite('schemes', () => {
  for (const [name, scheme] of Object.entries(models)) {
    test(`${name}: what a perfect network says becomes the expected clean value`, async () => {
      const parts = assemble(scheme);
      for (const { from } of intervals(parts.steps(6))) {
        const { cSkip, cOut, cIn } = parts.precondition(from);
        const x = 0.4 * from.alpha + 1.1 * from.sigma;
        const says = (optimal(x, from) - cSkip * x) / cOut;
        const made = denoiser({
          network: async (seen: number) => (Math.abs(seen - cIn * x) < 1e-9 ? says : Number.NaN),
          precondition: parts.precondition,
          space: numbers,
        });
        assert.ok(Math.abs((await made(x, from)) - optimal(x, from)) < 1e-9);
      }
    });

    test(`${name}: walks from noise to the data`, async () => {
      const parts = assemble(scheme);
      const steps = parts.steps(60);
      const space = batchSpace();
      const start = startingNoise({ steps, like: floats([1, 4000]), space, key: key(3), scale: parts.startScale });
      const denoise = async (x: typeof start, level: Level) => space.map(x, (value) => optimal(value, level));
      const { sampler, limit, grid } = parts;
      const { data } = await sample({ denoise, sampler, limit, grid, steps, start, space, key: key(3) });
      const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
      const sd = Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length);
      assert.ok(Math.abs(mean - 0.3) < 4 * (0.5 / Math.sqrt(4000)) + 0.03, `mean ${mean}`);
      assert.ok(Math.abs(sd - 0.5) < 4 * (0.5 / Math.sqrt(8000)) + 0.02, `standard deviation ${sd}`);
    });
  }

  test('start as large as they say', () => {
    const first = (scheme: Scheme) => assemble(scheme).startScale({ alpha: 1, sigma: 3 });
    assert.equal(first(chain), Math.hypot(1, 3));
    assert.equal(first({ ...chain, start: 'sigma' }), 3);
    assert.equal(first({ ...chain, start: 'unit' }), 1);
  });

  test('tell the network what the steps say, and ln(σ/α)/4 where that is its way', () => {
    const told = (scheme: Scheme) => {
      const { steps, precondition } = assemble(scheme);
      return intervals(steps(7)).map(({ from }) => precondition(from).cNoise);
    };
    assert.deepEqual(told(chain), [999, 832.5, 666, 499.5, 333, 166.5, 0]);
    const karras = { name: 'karras', options: { told: 'rounded' } } as const;
    assert.ok(told({ ...chain, steps: karras }).every(Number.isInteger));
    const continuous: Scheme = { ...chain, precondition: { name: 'discrete', options: { told: 'log-sigma' } } };
    const { steps } = assemble(continuous);
    for (const [i, { from }] of intervals(steps(7)).entries()) {
      assert.ok(Math.abs(told(continuous)[i]! - Math.log(from.sigma / from.alpha) / 4) < 1e-12);
    }
  });

  test('round their levels where the chain is that of torch', () => {
    const steps = { name: 'karras' } as const;
    const rounded = assemble({ ...chain, grid: { ...chain.grid, arithmetic: 'float32' }, steps });
    for (const { from } of intervals(rounded.steps(9))) assert.equal(from.sigma, Math.fround(from.sigma));
    const [one, other] = [assemble({ ...chain, steps }), rounded].map((parts) => {
      return intervals(parts.steps(9)).map(({ from }) => from.sigma);
    }) as [number[], number[]];
    for (const [i, sigma] of one.entries()) assert.ok(Math.abs(other[i]! / sigma - 1) < 1e-3);
  });

  test('with a name that is none say what was meant', () => {
    assert.throws(() => assemble({ ...chain, steps: { name: 'karas' as 'karras' } }), {
      message: /Did you mean "karras"/,
    });
    assert.throws(() => assemble({ ...chain, sampler: { name: 'dpm3' as 'dpm2' } }), {
      message: /Did you mean "dpm2"/,
    });
    assert.throws(() => assemble({ ...chain, steps: { name: 'flow' } }).steps(4), {
      message: /^flow: these steps are times of a straight path .*variance-preserving/,
    });
  });
});

suite('in float32', () => {
  for (const name of ['euler', 'heun', 'dpm2', 'lms', 'euler-ancestral', 'dpm2-ancestral'] as const) {
    test(`${name} takes the same steps but for rounding`, async () => {
      const end = async (arithmetic: string): Promise<number> => {
        const scheme: Scheme = { ...chain, steps: { name: 'karras' }, sampler: { name, options: { arithmetic } } };
        const { sampler, steps } = assemble(scheme);
        const denoise = async (x: number, level: Level) => optimal(x, level);
        return sample({ denoise, sampler, steps: steps(12), start: 9, space: numbers, key: key(1) });
      };
      const [exact, rounded] = [await end('float64'), await end('float32')];
      assert.ok(Math.abs(exact - rounded) < 1e-5 && exact !== rounded, `${exact} against ${rounded}`);
    });
  }
});

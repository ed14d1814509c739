import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { continuousGrid } from '../continuous-grid.js';
import { type Grid, grid } from '../grid.js';
import { type Level, magnitude } from '../level.js';
import { epsilon, type Prediction, predictions, v, x0 } from '../processes/predictions.js';
import { cosine, linear, type ScheduleName, schedules, straight, ve, vp } from '../schedules/index.js';
import { discrete, networkTarget, type PreconditionName, preconditions } from './index.js';
import type { NetworkAt, Precondition } from './precondition.js';

const near = (a: number, b: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${a} against ${b}`);

const training = grid({ schedule: cosine() });
const make = (name: PreconditionName, at: NetworkAt, options: object = {}): Precondition =>
  (preconditions.get(name) as (at: NetworkAt, options: object) => Precondition)(at, options);

/** The levels each family is meant for. */
const grids: Readonly<Record<PreconditionName, Grid>> = {
  consistency: grid({ schedule: ve({ sigmaMin: 0.002, sigmaMax: 80 }) }),
  discrete: training,
  edm: grid({ schedule: ve({ sigmaMin: 0.002, sigmaMax: 80 }) }),
  exploding: grid({ schedule: ve() }),
  iddpm: training,
  'latent-consistency': training,
  straight: grid({ schedule: straight() }),
  'straight-reversed': grid({ schedule: straight() }),
  ve: grid({ schedule: ve() }),
  vp: grid({ schedule: vp() }),
};

for (const prediction of Object.values(predictions.entries)) {
  test(`a perfect network of ${prediction.name} makes a perfect denoiser, in any scale of x`, () => {
    const [clean, noise] = [0.4, -1.1];
    for (const index of [3, 500, 990]) {
      for (const scale of [1, 7]) {
        const seen = training.level(index);
        const level = { alpha: seen.alpha * scale, sigma: seen.sigma * scale };
        const x = level.alpha * clean + level.sigma * noise;
        const { cSkip, cOut, cIn, cNoise } = discrete({ grid: training, prediction })(level);
        assert.ok(Math.abs(cIn * x - (seen.alpha * clean + seen.sigma * noise)) < 1e-12);
        assert.equal(cNoise, index);
        const mix = prediction.mix(seen);
        const denoised = cSkip * x + cOut * (mix.clean * clean + mix.noise * noise);
        assert.ok(Math.abs(denoised - clean) < 1e-9, `${denoised}`);
        if (scale === 1) assert.equal(cIn, 1);
      }
    }
  });
}

for (const name of preconditions.names) {
  suite(`${name} network`, () => {
    const at = { grid: grids[name], prediction: epsilon };
    const family = make(name, at);
    const levels = [5, 300, 700, 990].map((index) => grids[name].level(index));

    test('is registered under its own name', () => assert.equal(preconditions.entries[name].definition.name, name));

    test('F = 0 leaves c_skip·x, and its target makes D perfect', () => {
      const [clean, noise] = [0.4, -1.1];
      for (const level of levels) {
        const coefficients = family(level);
        const target = networkTarget(coefficients, level);
        const x = level.alpha * clean + level.sigma * noise;
        near(coefficients.cSkip * x + coefficients.cOut * (target.clean * clean + target.noise * noise), clean, 1e-11);
      }
    });

    test('x of another scale gives the same denoiser', () => {
      for (const level of levels) {
        const [one, seven] = [family(level), family({ alpha: 7 * level.alpha, sigma: 7 * level.sigma })];
        near(seven.cSkip * 7, one.cSkip, 1e-9);
        near(seven.cOut, one.cOut, 1e-9);
        near(seven.cIn * 7, one.cIn, 1e-9);
        near(seven.cNoise, one.cNoise, 1e-9);
      }
    });

    const reversed = name === 'straight-reversed';
    test(`tells more noise by a ${reversed ? 'smaller' : 'larger'} number`, () => {
      const told = levels.map((level) => family(level).cNoise * (reversed ? -1 : 1));
      assert.ok(told.every((value, i) => Number.isFinite(value) && (i === 0 || value > told[i - 1]!)));
    });

    test('refuses options it does not have', () => {
      assert.throws(() => make(name, at, { wobble: 1 }), { code: 'bad-option' });
    });
  });
}

suite('Table 1 of Karras et al. 2022', () => {
  const sigmas = [0.002, 0.05, 0.5, 1, 7, 80];
  const levelAt = (sigma: number): Level => ({ alpha: 1, sigma });

  test('VP and iDDPM: c_skip = 1, c_out = −σ, c_in = 1/√(σ² + 1)', () => {
    for (const name of ['vp', 'iddpm', 'discrete'] as const) {
      for (const sigma of sigmas) {
        const { cSkip, cOut, cIn } = make(name, { grid: training, prediction: epsilon })(levelAt(sigma));
        near(cSkip, 1);
        near(cOut, -sigma);
        near(cIn, 1 / Math.sqrt(sigma ** 2 + 1));
      }
    }
  });

  test('VP: c_noise = 999·σ⁻¹(σ), with σ(t) = √(e^{β_d·t²/2 + β_min·t} − 1)', () => {
    const family = make('vp', { grid: training, prediction: epsilon });
    for (const t of [0.001, 0.2, 0.5, 0.9, 1]) {
      const sigma = Math.sqrt(Math.expm1((19.9 * t ** 2) / 2 + 0.1 * t));
      near(family(levelAt(sigma)).cNoise, 999 * t, 1e-9);
    }
  });

  test('VE: c_skip = 1, c_out = σ, c_in = 1, c_noise = ln(σ/2), and the target is −ε', () => {
    const family = make('ve', { grid: training, prediction: x0 });
    for (const sigma of sigmas) {
      assert.deepEqual(family(levelAt(sigma)), { cSkip: 1, cOut: sigma, cIn: 1, cNoise: Math.log(sigma / 2) });
      assert.deepEqual(networkTarget(family(levelAt(sigma)), levelAt(sigma)), { clean: 0, noise: -1 });
    }
  });

  test('iDDPM: c_noise = M − 1 − argmin_j |u_j − σ|', () => {
    // u_M = 0, u_{j−1} = √((u_j² + 1)/max(ᾱ_{j−1}/ᾱ_j, 0.001) − 1), ᾱ_j = sin²(π/2·j/(M·1.008))
    const M = 1000;
    const bar = (j: number): number => Math.sin((Math.PI / 2) * (j / (M * 1.008))) ** 2;
    const u = new Float64Array(M + 1);
    for (let j = M; j > 0; j--) u[j - 1] = Math.sqrt((u[j]! ** 2 + 1) / Math.max(bar(j - 1) / bar(j), 0.001) - 1);
    const family = make('iddpm', { grid: training, prediction: epsilon });
    for (const sigma of [0.02, 0.3, 1, 5, 77]) {
      let best = 0;
      for (let j = 0; j < M; j++) if (Math.abs(u[j]! - sigma) < Math.abs(u[best]! - sigma)) best = j;
      assert.equal(family(levelAt(sigma)).cNoise, M - 1 - best);
    }
  });

  for (const sigmaData of [0.5, 1, 3]) {
    test(`EDM: input and target have unit variance at every σ, for data of spread ${sigmaData}`, () => {
      const family = make('edm', { grid: training, prediction: x0 }, { sigmaData });
      for (const level of [...sigmas.map(levelAt), { alpha: 0.6, sigma: 0.8 }, { alpha: 0.25, sigma: 0.75 }]) {
        const { cSkip, cOut, cIn, cNoise } = family(level);
        near(cIn ** 2 * ((level.alpha * sigmaData) ** 2 + level.sigma ** 2), 1);
        const { clean, noise } = networkTarget({ cSkip, cOut, cIn, cNoise }, level);
        near((clean * sigmaData) ** 2 + noise ** 2, 1, 1e-10);
        near(cNoise, Math.log(level.sigma / level.alpha) / 4);
        // c_skip makes c_out as small as can be: the error of F is amplified least (Equation 114)
        const outOf = (skip: number): number => Math.hypot((1 - skip * level.alpha) * sigmaData, skip * level.sigma);
        near(outOf(cSkip), cOut, 1e-10);
        for (const off of [0.99, 1.01]) assert.ok(outOf(cSkip * off) > cOut, `c_skip times ${off} is better`);
      }
    });
  }
});

suite('families against each other', () => {
  test('vp equals discrete on the grid of its own SDE, c_noise included', () => {
    const own = continuousGrid({ schedule: vp(), count: 1000, times: [0, 1] });
    for (const prediction of [epsilon, v, x0] as readonly Prediction[]) {
      const [a, b] = [make('vp', { grid: own, prediction }), discrete({ grid: own, prediction })];
      for (const index of [1, 77, 500, 999]) {
        const level = own.level(index);
        for (const part of ['cSkip', 'cOut', 'cIn', 'cNoise'] as const) near(a(level)[part], b(level)[part], 1e-9);
      }
    }
  });

  test('on a chain of linear β vp tells nearly the index', () => {
    const chain = grid({ schedule: linear() });
    const family = make('vp', { grid: chain, prediction: epsilon });
    // the chain has −ln(1 − β) where the SDE has β: B one percent larger at most, t about half of that
    for (const index of [50, 500, 950]) near(family(chain.level(index)).cNoise / index, 1, 0.015);
  });

  test('on levels of its grid a discrete network is fed x itself, of whatever kind the levels are', () => {
    for (const name of schedules.names as readonly ScheduleName[]) {
      const levels = grid({ schedule: schedules.entries[name](), count: 20 });
      const family = discrete({ grid: levels, prediction: v });
      for (const index of [0, 10, 19]) {
        const level = levels.level(index);
        assert.equal(family(level).cIn, 1);
        near(family(level).cNoise, index, 1e-8);
        near(family({ alpha: 3 * level.alpha, sigma: 3 * level.sigma }).cIn, 1 / 3);
      }
    }
  });

  test('discrete can tell the logarithm of σ', () => {
    const family = make('discrete', { grid: training, prediction: epsilon }, { told: 'log-sigma' });
    near(family({ alpha: 0.5, sigma: 1 }).cNoise, Math.log(2) / 4);
  });
});

suite('pure noise', () => {
  test('edm and ve are told a logarithm, so they refuse it; straight and v do not', () => {
    const noise = { alpha: 0, sigma: 1 };
    assert.throws(() => make('edm', { grid: training, prediction: x0 })(noise), {
      code: 'bad-level',
      message:
        'edm: this network is told the logarithm of sigma/alpha, which there is not at alpha = 0, sigma = 1. ' +
        'Use steps that begin at a finite sigma and end where the last one is clean.',
    });
    assert.throws(() => discrete({ grid: grids.ve, prediction: epsilon })(noise), {
      message:
        'pure noise, alpha = 0 and sigma = 1, is no level of a variance-exploding schedule. ' +
        'Start at a finite sigma/alpha.',
    });
    assert.equal(make('straight', { grid: grids.straight, prediction: predictions.entries.flow })(noise).cNoise, 1000);
    assert.equal(magnitude(noise), 1);
    const ends = grid({ schedule: cosine(), zeroTerminalSnr: true });
    assert.deepEqual(discrete({ grid: ends, prediction: v })(noise), { cSkip: 0, cOut: -1, cIn: 1, cNoise: 999 });
  });
});

test('every family has a file, every file of a family is registered', async () => {
  const files = (await readdir(new URL('.', import.meta.url)))
    .filter((file) => /-network\.[jt]s$/.test(file))
    .map((file) => file.replace(/-network\.[jt]s$/, ''));
  assert.deepEqual(files.sort(), [...preconditions.names].sort());
});

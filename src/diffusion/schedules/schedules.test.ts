import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { fold, gaussians, key } from '../../core/random.js';
import { continuousGrid } from '../continuous-grid.js';
import { gammaWeights } from '../gamma.js';
import { grid } from '../grid.js';
import { gridFromConfig } from '../grid-config.js';
import { logSnr } from '../level.js';
import type { Schedule } from '../schedule.js';
import { defineSchedule } from '../schedule.js';
import { shifted } from '../shift.js';
import {
  constant,
  cosine,
  cosineInterpolated,
  given,
  jsd,
  laplace,
  learned,
  linear,
  type ScheduleName,
  schedules,
  sigmoidAlphaBar,
  straight,
  ve,
  warmUp,
} from './index.js';

const ts = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);

const near = (a: number, b: number, tolerance: number): void =>
  assert.ok(a === b || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${a} against ${b}`);

/** Relative to the larger of the two numbers. */
const close = (a: number, b: number, tolerance: number, what = ''): void =>
  assert.ok(a === b || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b)), `${what}${a} against ${b}`);

/** f′ by central differences of two widths. */
function slope(f: (t: number) => number, t: number): number {
  const h = 1e-4 * Math.min(1, 20 * t, 20 * (1 - t));
  const d = (w: number): number => (f(t + w) - f(t - w)) / (2 * w);
  return (4 * d(h) - d(2 * h)) / 3;
}

/** Every schedule, as it comes, with other options, and shifted. */
const cases: readonly (readonly [string, ScheduleName, Schedule])[] = [
  ...schedules.names.map((name) => [name, name, schedules.entries[name]()] as const),
  ['warm-up 0.5', 'warm-up', warmUp({ fraction: 0.5 })],
  ['warm-up 1', 'warm-up', warmUp({ fraction: 1 })],
  ['laplace of the paper', 'laplace', laplace({ power: 1, mean: -1, scale: 1 })],
  ['straight of 2304 tokens', 'straight', straight({ tokens: 2304 })],
  ['learned with weights', 'learned', learned({ weights: JSON.stringify(gammaWeights(5)) })],
  ...schedules.names.map((name) => {
    return [`${name} shifted`, name, shifted({ schedule: schedules.entries[name](), shift: 2.5 })] as const;
  }),
];

/** Times at which β jumps or bends, where there is no derivative to compare with. */
const kinks: Partial<Record<ScheduleName, readonly number[]>> = {
  'warm-up': [0.1, 0.5],
  given: [0.2, 0.4, 0.6, 0.8],
  laplace: [0.5],
};

for (const [title, name, schedule] of cases) {
  const { kind } = schedule;
  const smooth = ts.filter((t) => !(kinks[name] ?? []).some((kink) => Math.abs(kink - t) < 0.006));

  suite(title, () => {
    test('starts at the data, or with as little noise as it says', () => {
      const { alpha, sigma } = schedule.level(0);
      assert.ok(sigma / alpha < 0.03, `${sigma}`);
      if (schedule.logSnr(0) === Infinity) assert.deepEqual({ alpha, sigma }, { alpha: 1, sigma: 0 });
    });

    test('log-SNR is finite inside (0, 1), falls strictly, and is that of the levels', () => {
      const curve = ts.map((t) => schedule.logSnr(t));
      assert.ok(curve.every((value, i) => Number.isFinite(value) && (i === 0 || value < curve[i - 1]!)));
      for (const t of [1e-6, ...ts]) near(schedule.logSnr(t), logSnr(schedule.level(t)), 1e-8);
    });

    test(`levels are ${kind}`, () => {
      for (const { alpha, sigma } of ts.map(schedule.level)) {
        if (kind === 'variance-preserving') near(alpha ** 2 + sigma ** 2, 1, 1e-12);
        if (kind === 'sub-variance-preserving') near(alpha ** 2 + sigma, 1, 1e-12);
        if (kind === 'variance-exploding') assert.equal(alpha, 1);
        if (kind === 'interpolating') near(alpha + sigma, 1, 1e-12);
      }
    });

    test('drift, diffusion and slope are the derivatives of the levels', () => {
      for (const t of smooth) {
        const { alpha, sigma } = schedule.level(t);
        const f = slope((s) => Math.log(schedule.alpha(s)), t);
        near(schedule.drift(t), f, 1e-7);
        const g2 = 2 * sigma ** 2 * (slope((s) => Math.log(schedule.sigma(s)), t) - f); // dσ²/dt − 2fσ²
        close(schedule.diffusion(t) ** 2, g2, 1e-6, `g² at ${t}, alpha ${alpha}: `);
        close(schedule.logSnrSlope(t), slope(schedule.logSnr, t), 1e-6, `slope at ${t}: `);
        assert.equal(schedule.beta(t), 0 - 2 * schedule.drift(t));
      }
    });

    test('the SDE with its drift and diffusion has its marginals', () => {
      // dm/dt = f·m, dV/dt = 2f·V + g², from t = 0.1 to 0.9 by the midpoint rule in 4000 steps
      const [from, to, steps] = [0.1, 0.9, 4000];
      let [m, variance] = [schedule.alpha(from), schedule.sigma(from) ** 2];
      const h = (to - from) / steps;
      for (let i = 0; i < steps; i++) {
        const t = from + (i + 0.5) * h;
        const [f, g2] = [schedule.drift(t), schedule.diffusion(t) ** 2];
        m *= Math.exp(f * h);
        const kept = Math.exp(2 * f * h);
        variance = kept * variance + (f === 0 ? g2 * h : (g2 * (kept - 1)) / (2 * f));
      }
      const tolerance = kinks[name] ? 2e-3 : 1e-5; // the midpoint of a step with a jump in it is no better than that
      close(m, schedule.alpha(to), tolerance);
      close(variance, schedule.sigma(to) ** 2, tolerance);
    });

    test('time is the inverse of the log-SNR, and stops at the ends', () => {
      for (const t of [1e-4, 0.07, 0.31, 0.5, 0.77, 0.99]) near(schedule.time(schedule.logSnr(t)), t, 1e-9);
      assert.equal(schedule.time(Infinity), 0);
      assert.equal(schedule.time(-Infinity), 1);
    });

    test('a grid approaches the curve', () => {
      const { level, rates, indexOf, count } = grid({ schedule, count: 1000 });
      const first = kind !== 'variance-preserving' && schedule.sigma(0) > 0 ? 0 : 1;
      for (const i of [99, 310, 499, 899]) {
        const t = first === 1 ? (i + 1) / 1000 : i / 999;
        // B = −ln ᾱ or λ: a table of β sums what the curve integrates, so it agrees to first order in 1/N
        const curve = schedule.level(t);
        near(indexOf(curve), i, kind === 'variance-preserving' ? 12 / count : 1e-9);
        near(logSnr(level(i)), logSnr(curve), 0.03);
        if (smooth.every((at) => Math.abs(at - t) > 0.004)) continue;
        const middle = t - 0.5 / 1000; // a step's rates are those of its middle
        const { drift, diffusion, beta } = rates(i);
        near(drift, schedule.drift(middle), 0.02);
        close(diffusion, schedule.diffusion(middle), 0.02);
        assert.equal(beta, 0 - 2 * drift);
        close(rates(i).logSnrSlope, -((diffusion / level(i).sigma) ** 2), 1e-12);
      }
    });

    test('outside [0, 1] there is nothing', () => {
      assert.throws(() => schedule.level(1.5), {
        code: 'bad-time',
        message: `${name}: time must be a number in [0, 1], got 1.5. 0 is the data.`,
      });
      assert.throws(() => schedule.drift(Number.NaN), { code: 'bad-time' });
      assert.throws(() => schedule.time(Number.NaN), { code: 'bad-level' });
    });
  });
}

suite('registry', () => {
  for (const name of schedules.names) {
    const create = schedules.entries[name];
    const schedule = create();

    test(`${name} is registered under its own name`, () => assert.equal(create.definition.name, name));

    test(`options of ${name} survive JSON`, () => {
      const options = JSON.parse(JSON.stringify(schedule.options)) as Readonly<Record<string, unknown>>;
      const config = { schedule: name, options, count: 60, zeroTerminalSnr: false };
      const [back, direct] = [gridFromConfig(config), grid({ schedule, count: 60 })];
      for (let i = 0; i < 60; i++) assert.deepEqual(back.level(i), direct.level(i));
    });

    test(`${name} refuses an option it does not have and one out of range`, () => {
      const make = create as (options: object) => Schedule;
      assert.throws(() => make({ wobble: 1 }), { code: 'bad-option' });
      for (const [option, spec] of Object.entries(create.definition.options)) {
        assert.throws(() => make({ [option]: {} }), {
          code: 'bad-option',
          message: new RegExp(`^${name}: ${option} must`),
        });
        if (spec.kind === 'number' && spec.max < Infinity) {
          assert.throws(() => make({ [option]: spec.max + 1 }), { code: 'bad-option' });
        }
      }
    });

    if (schedule.kind === 'variance-preserving') {
      test(`betas of ${name} are in (0, 1] and make the curve`, () => {
        const { betas, alphasCumprod } = grid({ schedule });
        assert.ok(betas.every((beta) => beta > 0 && beta <= 1));
        for (const i of [99, 499, 899]) {
          const relative = Math.log(alphasCumprod[i]!) / Math.log(schedule.alpha((i + 1) / 1000) ** 2);
          near(relative, 1, 0.011); // −ln(1 − β) = β + β²/2: up to one percent for β of 0.02
        }
      });
    } else {
      test(`${name} has no betas, and says so`, () => {
        assert.throws(() => schedule.betas(10), {
          code: 'no-betas',
          message:
            `${name}: betas make variance-preserving levels, these are ${schedule.kind}. ` +
            'Use the levels, or the drift and diffusion.',
        });
        assert.throws(() => grid({ schedule }).betas, { code: 'no-betas' });
        assert.throws(() => grid({ schedule }).alphasCumprod, { code: 'no-betas' });
      });
    }
  }

  test('every file in this folder is registered', async () => {
    const files = (await readdir(new URL('.', import.meta.url)))
      .map((file) => file.replace(/\.[jt]s$/, ''))
      .filter((file) => file !== 'index' && !file.endsWith('.test') && !file.includes('.'));
    assert.deepEqual(files.sort(), [...schedules.names].sort());
  });

  test('a wrong name or option says what was meant', () => {
    assert.throws(() => schedules.get('cosin'), {
      message: `Unknown schedule "cosin". Did you mean "cosine"? Known: ${schedules.names.join(', ')}.`,
    });
    assert.throws(() => linear({ betaEnd: 2 }), { message: 'linear: betaEnd must be a number in [0, 1], got 2.' });
    assert.throws(() => ve({ sigmaMin: 3, sigmaMax: 2 }), {
      message: 've: need sigmaMin < sigmaMax, got sigmaMin = 3, sigmaMax = 2.',
    });
    assert.throws(() => given({ betas: '0.1, 1.5' }), {
      message: 'given: betas must be numbers in (0, 1) joined by commas, got "1.5".',
    });
    assert.throws(() => straight({ shift: 2, tokens: 300 }), {
      message: 'straight: the shift is set either by shift or by tokens, got shift = 2 and tokens = 300.',
    });
    assert.throws(() => learned({ weights: '{"slope": [1]}' }), { code: 'bad-option' });
    assert.throws(() => cosineInterpolated({ low: 128 }), { code: 'bad-option' });
  });
});

/** Of 10 and of 1000 steps: diffusers 0.42.1, `betas` of DDPMScheduler, for exp of `betas_for_alpha_bar`; float32. */
const diffusersBetas: Readonly<Record<string, readonly [readonly number[], Readonly<Record<number, number>>]>> = {
  linear: [
    [
      0.0000999999975, 0.0023111112, 0.00452222209, 0.00673333323, 0.00894444436, 0.011155555, 0.0133666657,
      0.0155777773, 0.0177888889, 0.0199999996,
    ],
    { 250: 0.00507998001, 500: 0.0100599593, 998: 0.0199800804 },
  ],
  'scaled-linear': [
    [
      0.0000999999975, 0.000605276728, 0.00153701217, 0.00289520621, 0.00467985915, 0.00689096982, 0.00952854101,
      0.0125925681, 0.0160830542, 0.0200000014,
    ],
    { 250: 0.00183940004, 500: 0.00574207259, 998: 0.0199628118 },
  ],
  cosine: [
    [
      0.0279072635, 0.0754936337, 0.124395989, 0.177189529, 0.237281531, 0.309883446, 0.404003143, 0.536998153,
      0.74382937, 0.999000013,
    ],
    { 0: 0.0000412842237, 250: 0.00132722396, 500: 0.00315569155, 998: 0.749999404, 999: 0.999000013 },
  ],
  laplace: [
    [
      0.168330923, 0.058444988, 0.0408845767, 0.0321436897, 0.0267509893, 0.028263174, 0.0384885184, 0.0578796156,
      0.106906205, 0.943141997,
    ],
    { 0: 0.0211537573, 1: 0.00874781329, 250: 0.000413542934, 500: 0.000250031386, 998: 0.151629657, 999: 0.847252607 },
  ],
  sigmoid: [
    [
      0.000149205196, 0.000285387621, 0.000785459473, 0.0024721385, 0.00685094856, 0.0132490499, 0.0176278614,
      0.0193145406, 0.0198146123, 0.0199507959,
    ],
    { 1: 0.000149798318, 250: 0.00104647828, 500: 0.0100798784, 998: 0.0199501999 },
  ],
  exp: [Array.from({ length: 10 }, () => 0.698805809), { 0: 0.0119282873, 500: 0.0119282873, 999: 0.0119282873 }],
};

suite('betas of diffusers', () => {
  for (const [name, [ten, thousand]] of Object.entries(diffusersBetas)) {
    test(`${name} has them`, () => {
      const create = schedules.get(name) as (options: object) => Schedule;
      const schedule = create(name === 'scaled-linear' ? { betaStart: 0.0001, betaEnd: 0.02 } : {});
      const [short, long] = [schedule.betas(10), schedule.betas(1000)];
      // theirs are float32, after up to three roundings of a relative 6·10⁻⁸, doubled by the square of scaled-linear
      for (const [i, beta] of ten.entries()) close(short[i]!, beta, 4e-7);
      for (const [i, beta] of Object.entries(thousand)) close(long[Number(i)]!, beta, 4e-7);
    });
  }
});

suite('closed forms', () => {
  test('quadratic is scaled-linear between other ends', () => {
    const ends = { betaStart: 0.001, betaEnd: 0.03 };
    const [a, b] = [schedules.entries.quadratic(ends), schedules.entries['scaled-linear'](ends)];
    assert.deepEqual(a.betas(20), b.betas(20));
    assert.equal(a.alpha(0.3), b.alpha(0.3));
  });

  test('linear and vp are one SDE', () => {
    const [chain, sde] = [linear(), schedules.entries.vp()];
    for (const t of ts) {
      close(chain.alpha(t), sde.alpha(t), 1e-12);
      close(chain.diffusion(t), sde.diffusion(t), 1e-12);
    }
  });

  test('the β of DDPM with warm-up: a straight line over a tenth or half of the steps, then flat', () => {
    const betas = warmUp().betas(1000);
    assert.equal(betas[0], 0.0001);
    close(betas[50]!, 0.0001 + (50 / 99) * 0.0199, 1e-12);
    assert.ok(betas[99] === 0.02 && betas[100] === 0.02 && betas[999] === 0.02);
    assert.equal(
      warmUp({ fraction: 0.5 })
        .betas(1000)
        .findIndex((beta) => beta === 0.02),
      499,
    );
  });

  test('jsd loses equal parts of variance: its grid is the curve exactly', () => {
    const { level } = grid({ schedule: jsd(), count: 7 });
    for (let i = 0; i < 6; i++) close(level(i).alpha ** 2, 1 - (i + 1) / 7, 1e-14);
    assert.deepEqual(level(6), { alpha: 0, sigma: 1 });
  });

  test('sub-vp has the signal of vp and the square of its noise', () => {
    const [sub, vp] = [schedules.entries['sub-vp'](), schedules.entries.vp()];
    for (const t of ts) {
      assert.equal(sub.alpha(t), vp.alpha(t));
      close(sub.sigma(t), vp.sigma(t) ** 2, 1e-12);
      // Song et al. 2021, Equation 12: g² = β·(1 − e^{−2B})
      close(sub.diffusion(t) ** 2, vp.beta(t) * (1 - vp.alpha(t) ** 4), 1e-11);
    }
  });

  test('ve runs from σ_min to σ_max in equal ratios, both in the grid', () => {
    const { level } = grid({ schedule: ve({ sigmaMin: 0.01, sigmaMax: 1 }), count: 5 });
    [0.01, 0.1 ** 1.5, 0.1, 0.1 ** 0.5, 1].forEach((sigma, i) => close(level(i).sigma, sigma, 1e-13));
  });

  // FlowMatchEulerDiscreteScheduler of diffusers: sigmas (t·s)/(1 + (s − 1)·t); time_shift(mu, 1, t).
  test('straight is shifted as diffusers shifts it', () => {
    const { sigma } = straight({ shift: 3 });
    for (const t of ts) close(sigma(t), (3 * t) / (1 + 2 * t), 1e-14);
    const mu = 0.5 + ((1.15 - 0.5) * (1024 - 256)) / (4096 - 256);
    const dynamic = straight({ tokens: 1024 });
    for (const t of ts) close(dynamic.sigma(t), Math.exp(mu) / (Math.exp(mu) + (1 / t - 1)), 1e-13);
    const line = straight({ tokens: 1024, timeShift: 'linear' });
    for (const t of ts) close(line.sigma(t), mu / (mu + (1 / t - 1)), 1e-13);
  });

  test('the shift of straight and the shift of any schedule are one', () => {
    const [own, moved] = [straight({ shift: 3 }), shifted({ schedule: straight(), shift: 3 })];
    for (const t of ts) {
      close(own.sigma(t), moved.sigma(t), 1e-13);
      close(own.drift(t), moved.drift(t), 1e-12);
      close(own.diffusion(t), moved.diffusion(t), 1e-12);
    }
    close(moved.drift(0), own.drift(0), 1e-12);
    assert.equal(moved.drift(1), own.drift(1));
  });

  test('shifted cosine is the one of simple diffusion, in the middle', () => {
    const plain = cosineInterpolated({ size: 256, low: 64, high: 64 });
    close(plain.logSnr(0.5), -2 * Math.log(256 / 64), 1e-12);
    const both = cosineInterpolated({ size: 256, low: 32, high: 256 });
    const unshifted = cosineInterpolated({ size: 1, low: 1, high: 1 });
    for (const t of ts) close(both.logSnr(t), unshifted.logSnr(t) + t * 2 * Math.log(32 / 256), 1e-9);
  });

  test('a given chain is passed exactly, and cut elsewhere', () => {
    const schedule = given({ betas: '0.1 0.2 0.5' });
    close(schedule.alpha(1 / 3) ** 2, 0.9, 1e-14);
    close(schedule.alpha(1) ** 2, 0.36, 1e-14);
    const fine = grid({ schedule, count: 6 });
    close(fine.level(3).alpha ** 2, 0.72, 1e-13);
  });

  test('the cosine schedule reaches the bound on β where the formula would leave no signal', () => {
    assert.equal(cosine().betas(1000)[999], 0.999);
  });

  test('constant is the Ornstein–Uhlenbeck process: f = −β/2, g = √β', () => {
    const schedule = constant({ beta: 0.004 });
    for (const t of [0, 0.3, 1]) {
      assert.equal(schedule.drift(t), -2);
      assert.equal(schedule.diffusion(t), 2);
    }
  });
});

suite('a schedule that gives nothing but α and σ', () => {
  const bare = defineSchedule({
    name: 'bare',
    kind: 'variance-preserving',
    options: {},
    curves: () => ({ alpha: cosine().alpha, sigma: cosine().sigma }),
  })();
  const bareVe = defineSchedule({
    name: 'bare-ve',
    kind: 'variance-exploding',
    options: {},
    curves: () => ({ alpha: () => 1, sigma: ve().sigma }),
  })();

  test('gets its derivatives numerically', () => {
    for (const t of [0, 1e-7, 1e-3, ...ts]) {
      close(bare.drift(t), cosine().drift(t), 1e-7);
      close(bare.diffusion(t), cosine().diffusion(t), 1e-7);
      close(bareVe.diffusion(t), ve().diffusion(t), 1e-7);
    }
    assert.equal(bareVe.drift(0.5), 0);
  });
});

suite('ends in pure noise, whatever the options', () => {
  // α of the last step once was √(−10⁻¹⁶), or 10⁻⁸, and β of steps that change nothing −10⁻¹⁴
  const steep = [
    { start: -10.377329759765416, end: 3.124771391113473, temperature: 4.2734099571234 },
    { start: -7.2609598964918405, end: 2.9959640654711244, temperature: 0.8102016326458026 },
    { start: -13.114499713192345, end: 4.696442468320875, temperature: 0.1081003013229749 },
    { start: -16.88147236556688, end: 1.5436505820371806, temperature: 0.10158994943474481 },
  ];
  for (const options of steep) {
    test(`sigmoid-alpha-bar from ${options.start / options.temperature}`, () => {
      const schedule = sigmoidAlphaBar(options);
      assert.equal(schedule.alpha(1), 0);
      assert.equal(schedule.logSnr(1), -Infinity);
      near(schedule.sigma(1), 1, 1e-13);
      for (const shift of [1, 0.3, 4]) {
        const betas = shifted({ schedule, shift }).betas(7);
        const inside = betas.every((beta) => beta >= 0 && beta <= 1);
        assert.ok(inside, `betas ${betas.join(' ')}`);
        assert.equal(grid({ schedule, count: 7, shift }).count, 7);
      }
    });
  }
});

suite('continuum', () => {
  test('the last whole index is the time of the most noise, to the last bit', () => {
    for (const count of [1, 10, 11, 18, 43, 1000]) {
      assert.deepEqual(grid({ schedule: straight(), count }).level(count - 1), { alpha: 0, sigma: 1 });
    }
  });

  test('levels between whole indices are on the curve', () => {
    const { level, indexOf, continuous } = continuousGrid({ schedule: cosine(), count: 101, times: [0, 1] });
    assert.ok(continuous);
    assert.deepEqual(level(33.25), cosine().level(0.3325));
    near(indexOf(cosine().level(0.3325)), 33.25, 1e-9);
    assert.throws(() => level(100.5), { message: 'grid: index must be a number in [0, 100], got 100.5.' });
  });
});

suite('simulated', () => {
  // Euler–Maruyama of 1000 steps from x₀ = 1: mean and spread are α and σ within four standard errors and the O(h) bias.
  for (const name of ['vp', 'sub-vp', 've', 'cosine'] as const) {
    test(`${name}: mean and spread of its SDE`, () => {
      const schedule = schedules.entries[name](name === 've' ? { sigmaMax: 5 } : {});
      const [walkers, steps, end] = [2000, 1000, 0.8];
      const h = end / steps;
      const x = new Float64Array(walkers).fill(1);
      for (let i = 0; i < steps; i++) {
        const [f, g] = [schedule.drift((i + 0.5) * h), schedule.diffusion((i + 0.5) * h)];
        const noise = gaussians(fold(key(5), name, i), walkers);
        for (let k = 0; k < walkers; k++) x[k] = x[k]! * (1 + f * h) + g * Math.sqrt(h) * noise[k]!;
      }
      const mean = x.reduce((sum, value) => sum + value, 0) / walkers;
      const sd = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / walkers);
      const { alpha, sigma } = schedule.level(end);
      assert.ok(Math.abs(mean - alpha) < (4 * sigma) / Math.sqrt(walkers) + 0.02 * alpha, `${mean} against ${alpha}`);
      assert.ok(Math.abs(sd - sigma) < sigma * (4 / Math.sqrt(2 * walkers) + 0.01), `${sd} against ${sigma}`);
    });
  }
});

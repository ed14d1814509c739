import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { numbers } from '../../../test/numbers.js';
import { floats, type HostArray } from '../../core/host-array.js';
import { key } from '../../core/random.js';
import { batchSpace } from '../../core/space.js';
import { type Bell, cosine, grid, type Level, type Mixture, mixture, posterior } from '../../diffusion/index.js';
import type { Gradient } from '../guidance.js';
import { guidedPath } from '../guided-path.js';
import { within } from '../levels/within.js';
import type { Denoiser, Sampler } from '../sampler.js';
import { ddim, ddpm, dpmpp2m, samplers } from '../samplers/index.js';
import { trailing } from '../steps/trailing.js';
import { sample } from '../trajectory.js';
import {
  apg,
  autoguidance,
  cfgPlusPlus,
  classifierFree,
  classifierMean,
  classifierScore,
  composed,
  interval,
  negative,
  rescale,
} from './index.js';

/** Two classes of two bells each on the line, and all of them. */
const first: readonly Bell[] = [
  { weight: 0.3, mean: [-1.4], sd: 0.3 },
  { weight: 0.2, mean: [0.2], sd: 0.5 },
];
const second: readonly Bell[] = [
  { weight: 0.4, mean: [1.1], sd: 0.4 },
  { weight: 0.1, mean: [-0.4], sd: 0.2 },
];
const [p1, p2, p] = [mixture(first), mixture(second), mixture([...first, ...second])] as const;
const shares = [0.5, 0.5] as const;

const denoiserOf =
  (data: Mixture): Denoiser<number> =>
  async (x, level) =>
    data.denoise([x], level)[0]!;
const [d1, d2, d] = [denoiserOf(p1), denoiserOf(p2), denoiserOf(p)];

/** log p(y = 1 | x) at a level, by Bayes' rule. */
const logPosterior = (x: number, level: Level): number =>
  Math.log(shares[0]) + p1.logDensity([x], level) - p.logDensity([x], level);

const training = grid({ schedule: cosine() });
const places = [30, 300, 600, 900].flatMap((index) =>
  [-1.7, -0.3, 0.4, 1.2].map((x) => ({ x, level: training.level(index) })),
);

const slope = (f: (x: number) => number, x: number): number => {
  const h = 1e-4;
  return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);
};

/** The denoiser of an unnormalised density: Tweedie's formula, (x + σ²·∇log f)/α. */
const denoiserFrom =
  (logDensity: (x: number, level: Level) => number): Denoiser<number> =>
  async (x, level) =>
    (x + level.sigma ** 2 * slope((at) => logDensity(at, level), x)) / level.alpha;

async function same(got: Denoiser<number>, expected: Denoiser<number>, tolerance = 1e-7): Promise<void> {
  for (const { x, level } of places) {
    const [a, b] = [await got(x, level), await expected(x, level)];
    const worst = Math.abs(a - b) / Math.max(1, Math.abs(b));
    assert.ok(worst < tolerance, `x = ${x}, sigma = ${level.sigma}: got ${a}, expected ${b}`);
  }
}

suite('on a mixture of Gaussians', () => {
  for (const scale of [0, 0.5, 2, 5]) {
    test(`classifier-free of scale ${scale} is the score of p(x)·p(y | x)^${scale}`, async () => {
      const guided = classifierFree({ conditional: d1, unconditional: d, space: numbers, scale });
      await same(
        guided,
        denoiserFrom((x, level) => p.logDensity([x], level) + scale * logPosterior(x, level)),
      );
    });
  }

  test('negative conditions are the score of p(x | c)^s·Π p(x | n)^{(1 − s)/N}', async () => {
    const guided = negative({ conditional: d1, negatives: [d2, d], space: numbers, scale: 3 });
    const log = (x: number, level: Level): number =>
      3 * p1.logDensity([x], level) - p2.logDensity([x], level) - p.logDensity([x], level);
    await same(guided, denoiserFrom(log));
  });

  test('autoguidance is the score of p(x)^s·p_weak(x)^{1 − s}', async () => {
    const weak = mixture([{ weight: 1, mean: [0.1], sd: 1.4 }]);
    const guided = autoguidance({ conditional: d, weak: denoiserOf(weak), space: numbers, scale: 2 });
    const log = (x: number, level: Level): number => 2 * p.logDensity([x], level) - weak.logDensity([x], level);
    await same(guided, denoiserFrom(log));
  });

  test('composed conditions are the score of p(x)·Π p(c | x)^w, also with a weight below 0', async () => {
    const parts = [
      { denoise: d1, weight: 1.5 },
      { denoise: d2, weight: -0.7 },
    ];
    const log = (x: number, level: Level): number =>
      1.5 * p1.logDensity([x], level) - 0.7 * p2.logDensity([x], level) + 0.2 * p.logDensity([x], level);
    await same(composed({ parts, unconditional: d, space: numbers }), denoiserFrom(log));
  });

  test('two Gaussians composed are the Gaussian of their product', async () => {
    const [a, b, wide] = [
      mixture([{ weight: 1, mean: [-0.5], sd: 0.4 }]),
      mixture([{ weight: 1, mean: [0.9], sd: 0.7 }]),
      mixture([{ weight: 1, mean: [0.2], sd: 1.5 }]),
    ];
    const parts = [a, b].map((data) => ({ denoise: denoiserOf(data), weight: 1 }));
    const both = composed({ parts, unconditional: denoiserOf(wide), space: numbers });
    // Precisions add up, and so do precisions times means: 1/v = 1/v_a + 1/v_b − 1/v_wide.
    const product: Denoiser<number> = async (x, level) => {
      const terms = [
        [a, 1],
        [b, 1],
        [wide, -1],
      ] as const;
      let [precision, pull] = [0, 0];
      for (const [{ bells }, sign] of terms) {
        const [{ mean, sd }] = bells as readonly [Bell];
        const v = (level.alpha * (sd as readonly number[])[0]!) ** 2 + level.sigma ** 2;
        precision += sign / v;
        pull += (sign * level.alpha * mean[0]!) / v;
      }
      return (x + level.sigma ** 2 * (pull - precision * x)) / level.alpha;
    };
    await same(both, product, 1e-9);
  });

  test('conditions on independent coordinates, composed, are the model told both', async () => {
    const [left, right] = [
      { weight: 0.5, mean: -1, sd: 0.3 },
      { weight: 0.5, mean: 1, sd: 0.4 },
    ];
    const grid2 = (xs: readonly (typeof left)[], ys: readonly (typeof left)[]): Mixture =>
      mixture(
        xs.flatMap((a) => ys.map((b) => ({ weight: a.weight * b.weight, mean: [a.mean, b.mean], sd: [a.sd, b.sd] }))),
      );
    const of =
      (data: Mixture): Denoiser<HostArray<'float32'>> =>
      async (x, level) =>
        floats([1, 2], Float32Array.from(data.denoise(x.data, level)));
    const any = [left, right];
    const parts = [grid2([left], any), grid2(any, [right])].map((data) => ({ denoise: of(data), weight: 1 }));
    const both = composed({ parts, unconditional: of(grid2(any, any)), space: batchSpace() });
    for (const { x, level } of places) {
      const at = floats([1, 2], [x, 0.7 - x]);
      const [got, told] = [await both(at, level), await of(grid2([left], [right]))(at, level)];
      got.data.forEach((value, i) => {
        assert.ok(Math.abs(value - told.data[i]!) < 1e-5, `${value} is not ${told.data[i]}`);
      });
    }
  });

  test('an exact classifier guides as classifier-free guidance with the exact denoisers does', async () => {
    const gradient: Gradient<number> = async (x, level) => slope((at) => logPosterior(at, level), x);
    for (const scale of [1, 2.5]) {
      const guided = classifierScore({ guided: d, gradient, space: numbers, scale });
      await same(guided, classifierFree({ conditional: d1, unconditional: d, space: numbers, scale }));
    }
  });

  test('a level of pure noise is left alone by a classifier', async () => {
    const gradient = async (): Promise<number> => assert.fail('the classifier was asked');
    const guided = classifierScore({ guided: async () => 0.25, gradient, space: numbers, scale: 2 });
    assert.equal(await guided(0.3, { alpha: 0, sigma: 1 }), 0.25);
  });

  test('samples of a class come out of the unconditional model and an exact classifier', async () => {
    const gradient: Gradient<number> = async (x, level) => slope((at) => logPosterior(at, level), x);
    const denoise = classifierScore({ guided: d, gradient, space: numbers, scale: 1 });
    const steps = trailing().levels({ count: 40, grid: training });
    const walk = { sampler: dpmpp2m(), steps, space: numbers, key: key(1) };
    for (const start of [-1.5, -0.2, 0.6, 2]) {
      const [got, expected] = [
        await sample({ ...walk, denoise, start }),
        await sample({ ...walk, denoise: d1, start }),
      ];
      assert.ok(Math.abs(got - expected) < 1e-6, `${got} is not ${expected}`);
    }
  });
});

suite('changes of the path', () => {
  const gradient: Gradient<number> = async (x, level) => 0.3 * x + level.sigma;
  const steps = trailing().levels({ count: 5, grid: training });
  const [from, to] = [training.level(500), training.level(300)];

  test('the mean form moves each step by s·Σ·g, for both bounds of Σ', async () => {
    for (const variance of ['small', 'large'] as const) {
      const { denoise, landings } = classifierMean({ guided: d, gradient, space: numbers, scale: 2, variance });
      const walk = { steps: [from, to], start: 0.4, space: numbers, key: key(2) };
      const sampler = ddpm({ variance });
      const [plain, moved] = [
        await sample({ ...walk, sampler, denoise: d }),
        await sample({ ...walk, sampler, denoise, landings }),
      ];
      // Σ out of the levels, by Bayes' rule: σ²_{t|s} = σ² − (α/α′)²·σ′².
      const large = from.sigma ** 2 - ((from.alpha / to.alpha) * to.sigma) ** 2;
      const sigma = variance === 'large' ? large : (large * to.sigma ** 2) / from.sigma ** 2;
      const expected = 2 * sigma * (0.3 * 0.4 + from.sigma);
      assert.ok(Math.abs(moved - plain - expected) < 1e-12, `${moved - plain} is not ${expected}`);
    }
  });

  test('mean and score form shift the posterior mean alike where steps are small', async () => {
    const near = training.level(499);
    const { clean, sigmaLarge } = posterior(from, near);
    const byScore = clean * (from.sigma ** 2 / from.alpha);
    assert.ok(Math.abs(byScore / sigmaLarge ** 2 - 1) < 0.01, `${byScore} and ${sigmaLarge ** 2}`);
  });

  test('CFG++ with ddim puts back the noise of the unconditional model', async () => {
    const { denoise, landings } = cfgPlusPlus({ conditional: d1, unconditional: d, space: numbers, scale: 0.6 });
    const walk = { steps: [from, to], start: 0.4, space: numbers, key: key(2), sampler: ddim() };
    const got = await sample({ ...walk, denoise, landings });
    const [c, u] = [await d1(0.4, from), await d(0.4, from)];
    const expected = to.alpha * (u + 0.6 * (c - u)) + (to.sigma * (0.4 - from.alpha * u)) / from.sigma;
    assert.ok(Math.abs(got - expected) < 1e-12, `${got} is not ${expected}`);
  });

  test('CFG++ in an interval is the conditional model outside of it', async () => {
    const roles = { conditional: d1, unconditional: d };
    const inside = (high: number) =>
      guidedPath({
        choices: [{ name: 'cfg++' }, { name: 'interval', options: { low: 0, high } }],
        roles,
        space: numbers,
      });
    const walk = { steps, start: 0.4, space: numbers, key: key(2), sampler: ddim() };
    const plain = await sample({ ...walk, denoise: d1 });
    assert.equal(await sample({ ...walk, ...inside(1e-9) }), plain);
    assert.notEqual(await sample({ ...walk, ...inside(1) }), plain);
    const all = guidedPath({ choices: [{ name: 'cfg++' }], roles, space: numbers });
    assert.equal(await sample({ ...walk, ...inside(1e9) }), await sample({ ...walk, ...all }));
  });
});

suite('neutral settings', () => {
  const both = { conditional: d1, unconditional: d, space: numbers };
  const all = samplers.names.map((name) => (samplers.get(name) as () => Sampler)());
  const downwards = all.filter(({ direction, name }) => direction === 'down' && name !== 'annealed-langevin');
  const steps = trailing().levels({ count: 5, grid: training });
  const ends = (denoise: Denoiser<number>): Promise<readonly number[]> =>
    Promise.all(
      downwards.map((sampler) => sample({ sampler, denoise, steps, start: 0.8, space: numbers, key: key(4) })),
    );

  test('scale 1 is plain sampling, bit by bit, with every sampler', async () => {
    const plain = await ends(d1);
    assert.deepEqual(await ends(classifierFree({ ...both, scale: 1 })), plain);
    assert.deepEqual(await ends(apg({ ...both, scale: 1 })), plain);
    assert.notDeepEqual(await ends(classifierFree({ ...both, scale: 1.05 })), plain);
  });

  test('guidance in an interval that no step visits does nothing', async () => {
    const guided = classifierFree({ ...both, scale: 4 });
    const switched = interval({ guided, conditional: d1, space: numbers, low: 0, high: 1e-6 });
    assert.deepEqual(await ends(switched), await ends(d1));
    assert.deepEqual(await ends(interval({ guided, conditional: d1, space: numbers })), await ends(guided));
  });

  test('the interval excludes its low end and includes its high one', async () => {
    const says = (value: number) => async () => value;
    const at = within({ inside: says(1), outside: says(0), low: 0.5, high: 2 });
    const answers = [0.5, 0.51, 2, 2.01].map((sigma) => at(0, { alpha: 1, sigma }));
    assert.deepEqual(await Promise.all(answers), [0, 1, 1, 0]);
    assert.equal(await within({ inside: says(1), outside: says(0), low: 3, high: null })(0, { alpha: 0, sigma: 1 }), 1);
  });

  test('apg at η = 1 without momentum and threshold is classifier-free guidance', async () => {
    const guided = apg({ ...both, scale: 4, eta: 1, momentum: 0 });
    await same(guided, classifierFree({ ...both, scale: 4 }), 1e-12);
  });

  test('rescale of factor 0 is what was guided', () => {
    const guided = classifierFree({ ...both, scale: 4 });
    assert.equal(rescale({ guided, conditional: d1, space: numbers, factor: 0 }), guided);
  });
});

suite('against diffusers 0.42', () => {
  const rescaled = [0.7132763, -1.4265525, -0.2853105, 2.8531051, 1.4911158, 1.0437812, -0.7455579, 0];
  const says = (...rows: readonly (readonly number[])[]): Denoiser<HostArray<'float32'>> => {
    let call = 0;
    return async () => floats([2, 4], rows[call++]!);
  };
  const conditional = () => says([0.5, -1, 0.25, 2, 1, 1, -0.5, 0.75], [0.75, -0.5, 0.5, 1.5, 0.5, 1.25, -1, 0.25]);
  const unconditional = () => says([0.25, -0.5, 0.5, 1, 0.5, 0.75, -0.25, 1], [0.5, -0.75, 0.25, 1, 1, 1, -0.75, 0.5]);
  const space = batchSpace();
  const x = floats([2, 4]);
  const close = (got: HostArray<'float32'>, expected: readonly number[]): void => {
    expected.forEach((value, i) => {
      assert.ok(Math.abs(got.data[i]! - value) < 2e-6, `${i}: ${got.data[i]} is not ${value}`);
    });
  };

  // normalized_guidance(c, u, 3, MomentumBuffer(-0.5), eta=0.25, norm_threshold=0.9, use_original_formulation=True)
  test('apg with momentum, threshold and η, over two levels', async () => {
    const options = { scale: 4, eta: 0.25, momentum: -0.5, threshold: 0.9 };
    const guided = apg({ conditional: conditional(), unconditional: unconditional(), space, ...options });
    close(
      await guided(x, training.level(600)),
      [0.659148, -1.3182961, -0.5338888, 2.6365921, 1.95, 1.2, -0.975, -0.4124999],
    );
    close(
      await guided(x, training.level(500)),
      [1.1090802, 1.0106133, 1.6143868, 1.4681604, -1.701087, 1.7472826, -1.4728261, -0.1005435],
    );
  });

  // rescale_noise_cfg(u + 4·(c − u), c, 0.7)
  test('rescale', async () => {
    const [c, u] = [await conditional()(x, training.level(500)), await unconditional()(x, training.level(500))];
    const guided = classifierFree({ conditional: async () => c, unconditional: async () => u, space, scale: 4 });
    const milder = rescale({ guided, conditional: async () => c, space, factor: 0.7, prediction: 'x0' });
    close(await milder(x, training.level(500)), rescaled);
  });

  test('rescaling v at pure noise is rescaling the clean value', async () => {
    const [c, u] = [await conditional()(x, training.level(500)), await unconditional()(x, training.level(500))];
    const guided = classifierFree({ conditional: async () => c, unconditional: async () => u, space, scale: 4 });
    const milder = rescale({ guided, conditional: async () => c, space, factor: 0.7 });
    close(await milder(x, { alpha: 0, sigma: 1 }), rescaled);
  });
});

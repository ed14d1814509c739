import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';
import {
  cosine,
  type Grid,
  grid,
  type Level,
  linear,
  logSnr,
  scaledLinear,
  straight,
  ve,
} from '../../diffusion/index.js';
import { intervals, type Steps } from '../intervals.js';
import { levelAt, ratioOf } from '../levels/descent.js';
import type { NoiseSteps } from '../noise-steps.js';
import {
  alignYourSteps,
  beta,
  custom,
  exponential,
  flowSteps,
  geometric,
  karras,
  karrasSteps,
  leading,
  leadingIndices,
  linspace,
  linspaceIndices,
  logSnrSteps,
  noiseSteps,
  polyexponential,
  trailing,
  trailingIndices,
} from './index.js';

const training = grid({ schedule: linear() });
const path = grid({ schedule: straight() });

/** Steps that say nothing without options, or are defined on other levels. */
const special: Readonly<
  Record<string, { readonly options?: object; readonly grid?: Grid; readonly most?: number; readonly end?: number }>
> = {
  consistency: { end: 0.002 },
  custom: { options: { list: '80, 10, 3, 1, 0.2, 0' } },
  distilled: { most: 20 },
  flow: { grid: path },
};
const levelsOf = (steps: Steps): Level[] => {
  const all = intervals(steps);
  return [...all.map(({ from }) => from), all.at(-1)!.to];
};

for (const name of noiseSteps.names) {
  suite(name, () => {
    const create = noiseSteps.entries[name] as (options?: object) => NoiseSteps;
    const steps = create(special[name]?.options);
    const levels = special[name]?.grid ?? training;

    test('is registered under its own name', () => assert.equal(noiseSteps.entries[name].definition.name, name));

    test('has as many steps as asked, ever less noise, and none at the end but where its rule says so', () => {
      for (const count of [2, 7, 20, 333, 1000].filter((value) => value <= (special[name]?.most ?? Infinity))) {
        const visited = levelsOf(steps.levels({ count, grid: levels }));
        assert.equal(visited.length, count + 1);
        assert.ok(visited.every((level, i) => i === 0 || logSnr(level) > logSnr(visited[i - 1]!)));
        assert.equal(visited.at(-1)!.sigma, special[name]?.end ?? 0);
      }
    });

    test('every step lands where the next one starts', () => {
      const all = intervals(steps.levels({ count: 7, grid: levels }));
      for (const [i, { to }] of all.slice(0, -1).entries()) assert.deepEqual(to, all[i + 1]!.from);
    });

    test('a count that is none is refused', () => {
      for (const count of [0, 1.5, Number.NaN, 1e9]) {
        const message = `${name}: count must be an integer in [1, 100000], got ${count}.`;
        assert.throws(() => steps.levels({ count, grid: levels }), { code: 'bad-option', message });
      }
    });
  });
}

test('indices are those of Lin et al., Table 2', () => {
  assert.deepEqual(
    leadingIndices({ total: 1000, count: 10, offset: 1 }),
    [901, 801, 701, 601, 501, 401, 301, 201, 101, 1],
  );
  assert.deepEqual(linspaceIndices({ total: 1000, count: 10 }), [999, 888, 777, 666, 555, 444, 333, 222, 111, 0]);
  assert.deepEqual(trailingIndices({ total: 1000, count: 10 }), [999, 899, 799, 699, 599, 499, 399, 299, 199, 99]);
  // Half-way between two indices, where numpy's order of operations decides.
  assert.deepEqual(linspaceIndices({ total: 1000, count: 31 }).slice(14, 17), [533, 499, 466]);
  assert.deepEqual(trailingIndices({ total: 1000, count: 48 }).slice(0, 6), [999, 978, 957, 936, 916, 895]);
});

const sigmas = (steps: Steps): number[] => levelsOf(steps).map(ratioOf);
const near = (got: readonly number[], expected: readonly number[], tolerance = 1e-12): void => {
  assert.equal(got.length, expected.length);
  for (const [i, value] of expected.entries()) {
    const error = Math.abs(got[i]! - value) / Math.max(1e-300, Math.abs(value));
    assert.ok(got[i] === value || error < tolerance, `${i}: ${got[i]} against ${value}`);
  }
};
const bounds = { sigmaMin: 0.1, sigmaMax: 100 };
const at = (count: number, on: Grid = training) => ({ count, grid: on });

suite('σ is spaced', () => {
  test('evenly in its logarithm', () => {
    near(sigmas(exponential(bounds).levels(at(4))), [100, 10, 1, 0.1, 0]);
    near(sigmas(logSnrSteps(bounds).levels(at(4))), [100, 10, 1, 0.1, 0]);
    near(sigmas(logSnrSteps({ ...bounds, end: 'even' }).levels(at(3))), [100, 10, 1, 0.1]);
    near(sigmas(polyexponential(bounds).levels(at(4))), [100, 10, 1, 0.1, 0]);
  });
  test('evenly in a power of the logarithm', () => {
    const [first, second, third] = sigmas(polyexponential({ ...bounds, rho: 2 }).levels(at(3)));
    near([first!, second!, third!], [100, 0.1 * 1000 ** 0.25, 0.1]);
  });
  test('evenly in a root', () => {
    near(sigmas(karras({ sigmaMin: 1, sigmaMax: 16, rho: 2 }).levels(at(3))), [16, 6.25, 1, 0]);
  });
  test('by one ratio, given or not', () => {
    near(sigmas(geometric(bounds).levels(at(4))), [100, 10, 1, 0.1, 0]);
    near(sigmas(geometric({ ...bounds, ratio: 0.5, end: 'last' }).levels(at(3))), [100, 50, 25, 25]);
  });
  test('at quantiles of the arcsine law, where they have a closed form', () => {
    const quantiles = [1, 0.75, 0.5, 0.25, 0].map((p) => Math.sin((Math.PI * p) / 2) ** 2);
    const half = { a: 0.5, b: 0.5 };
    const expected = quantiles.map((q) => 0.1 + 99.9 * q);
    near(sigmas(beta({ ...half, ...bounds, along: 'sigma' }).levels(at(5))), [...expected, 0], 1e-9);
    const levels = levelsOf(beta(half).levels(at(5)));
    near(
      levels.slice(0, -1).map(training.indexOf),
      quantiles.map((q) => 999 * q),
      2e-3,
    );
  });
  test('as published', () => {
    const table = [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152];
    near(sigmas(alignYourSteps().levels(at(10))), [...table, 0]);
    near(sigmas(alignYourSteps({ end: 'table' }).levels(at(10))), [...table, 0.029]);
    const twenty = sigmas(alignYourSteps({ model: 'stable-video' }).levels(at(20)));
    near([twenty[0]!, twenty[1]!, twenty[2]!], [700, Math.sqrt(700 * 54.5), 54.5]);
  });
  test('within the bounds of training, or of a spacing', () => {
    const inTraining = sigmas(exponential().levels(at(5)));
    near([inTraining[0]!, inTraining[4]!], [ratioOf(training.level(999)), ratioOf(training.level(0))]);
    const within = sigmas(karras({ within: 'leading', offset: 1 }).levels(at(5)));
    near([within[0]!, within[4]!], [ratioOf(training.level(801)), ratioOf(training.level(1))]);
  });
  test('in the scale that is asked for', () => {
    for (const { alpha, sigma } of levelsOf(karras({ scale: 'own' }).levels(at(6)))) {
      assert.ok(Math.abs(Math.hypot(alpha, sigma) - 1) < 1e-12);
    }
    const levels = levelsOf(exponential({ scale: 'own', ...bounds }).levels(at(6, path)));
    for (const { alpha, sigma } of levels) assert.ok(Math.abs(alpha + sigma - 1) < 1e-12);
    assert.ok(levelsOf(leading({ scale: 'exploding' }).levels(at(6))).every(({ alpha }) => alpha === 1));
  });
  test('and the network is told what the option says', () => {
    const told = (steps: Steps): (number | undefined)[] =>
      levelsOf(steps)
        .slice(0, -1)
        .map(({ cNoise }) => cNoise);
    const exact = levelsOf(karras().levels(at(4)))
      .slice(0, -1)
      .map(training.indexOf);
    assert.deepEqual(told(karras().levels(at(4))), [undefined, undefined, undefined, undefined]);
    assert.deepEqual(told(karras({ told: 'rounded' }).levels(at(4))), exact.map(Math.round));
    assert.deepEqual(told(karras({ told: 'truncated' }).levels(at(4))), exact.map(Math.trunc));
    assert.deepEqual(told(karras({ told: 'trailing' }).levels(at(4))), [999, 749, 499, 249]);
  });
});

suite("a list of one's own", () => {
  test('is walked as it stands', () => {
    near(sigmas(custom({ list: '9, 3, 1, 0' }).levels(at(3))), [9, 3, 1, 0]);
    near(sigmas(custom({ list: '9,3,1' }).levels(at(2))), [9, 3, 1]);
    const indices = levelsOf(custom({ list: '999, 400, 7', of: 'index' }).levels(at(3))).slice(0, -1);
    assert.deepEqual(indices.map(training.indexOf), [999, 400, 7]);
  });
  test('is stretched to another number of steps', () => {
    near(sigmas(custom({ list: '9, 1, 0' }).levels(at(3))), [9, 3, 1, 0]);
    const indices = levelsOf(custom({ list: '900, 100', of: 'index' }).levels(at(3))).slice(0, -1);
    assert.deepEqual(indices.map(training.indexOf), [900, 500, 100]);
  });
  test('must be one', () => {
    for (const list of ['', '3', '1, 2', '3, x', '3, -1']) {
      assert.throws(() => custom({ list }).levels(at(2)), {
        code: 'bad-option',
        message: /^custom: list must be 2 or/,
      });
    }
  });
});

suite('continuous levels', () => {
  test('are visited between whole indices', () => {
    const [first, second] = levelsOf(trailing().levels(at(3, path)));
    near([first!.sigma, second!.sigma], [1, 2 / 3]);
    near(
      levelsOf(linspace().levels(at(3, path))).map(({ sigma }) => sigma),
      [1, 0.5005, 0.001, 0],
    );
    const exploding = grid({ schedule: ve({ sigmaMin: 0.01, sigmaMax: 100 }) });
    near(sigmas(linspace().levels(at(5, exploding))), [100, 10, 1, 0.1, 0.01, 0], 1e-9);
    near(sigmas(karras().levels(at(2, exploding))), [100, 0.01, 0], 1e-9);
  });
  test('of a straight path are spaced in time and shifted', () => {
    const times = (options: object, count = 4): number[] =>
      levelsOf(flowSteps(options).levels(at(count, path))).map(({ sigma }) => sigma);
    near(times({ last: 0.25 }), [1, 0.75, 0.5, 0.25, 0]);
    near(times({ last: 0, points: 'dropped' }), [1, 0.75, 0.5, 0.25, 0]);
    near(times({ last: 0, points: 'dropped', shift: 3 }), [1, 0.9, 0.75, 0.5, 0]);
    near(times({ last: 0.25, terminal: 0.1 }), [1, 0.7, 0.4, 0.1, 0]);
    near(times({ last: 0.125, curve: 'exponential' }), [1, 0.5, 0.25, 0.125, 0]);
    near(times({ last: 0.25, most: 0.999, end: 'last' }), [0.999, 0.75, 0.5, 0.25, 0.25]);
    const [, second] = levelsOf(flowSteps({ last: 0.25, told: 'truncated', shift: 3 }).levels(at(4, path)));
    assert.equal(second!.cNoise, 900);
    // Where N·σ is whole, what numpy makes of it: np.linspace(1, 1/N, 7) itself, or one minus it.
    const told = (options: object) =>
      levelsOf(flowSteps({ points: 'dropped', told: 'truncated', ...options }).levels(at(6, path)));
    const wholes = (options: object) => told(options).map(({ cNoise }) => cNoise);
    assert.deepEqual(wholes({ last: 0.001 }).slice(0, 6), [1000, 833, 667, 500, 333, 167]);
    assert.deepEqual(wholes({ first: 0.999, last: 0 }).slice(0, 6), [999, 832, 666, 499, 332, 166]);
    assert.throws(() => flowSteps().levels(at(4)), { code: 'bad-option', message: /variance-preserving/ });
  });
});

suite('levels of a chain', () => {
  test('between two indices have σ/α interpolated, and the network is told the place', () => {
    const [a, b] = [ratioOf(training.level(300)), ratioOf(training.level(301))];
    const level = levelAt({ grid: training, index: 300.25, leastAlpha: 0 });
    near([ratioOf(level), Math.hypot(level.alpha, level.sigma)], [0.75 * a + 0.25 * b, 1]);
    assert.equal(level.cNoise, 300.25);
    const exact = linspace({ indices: 'exact' }).levels(at(7));
    assert.deepEqual(
      intervals(exact).map(({ from }) => from.cNoise ?? training.indexOf(from)),
      [999, 832.5, 666, 499.5, 333, 166.5, 0],
    );
  });
  test('that ends in pure noise can be kept a little above it', () => {
    const flat = grid({ schedule: scaledLinear(), zeroTerminalSnr: true });
    const leastAlpha = 2 ** -12;
    const [first] = levelsOf(linspace({ scale: 'exploding', leastAlpha }).levels(at(5, flat)));
    near([first!.sigma, first!.cNoise!], [Math.sqrt(2 ** 24 - 1), 999], 1e-9);
    const [top, next] = levelsOf(karras({ leastAlpha, rho: 7 }).levels(at(400, flat)));
    near([top!.sigma, top!.cNoise!], [Math.sqrt(2 ** 24 - 1), 999], 1e-9);
    assert.ok(next!.cNoise! < 999 && next!.cNoise! > 998);
    assert.throws(() => linspace({ scale: 'exploding' }).levels(at(5, flat)), { message: /sigma\/alpha is infinite/ });
  });
  test('too noisy for a bound of ln(α/σ) are left out', () => {
    const lambda = Math.log(1 / ratioOf(training.level(900)));
    const visited = intervals(linspace({ lambdaMin: lambda }).levels(at(10))).map(({ from }) => training.indexOf(from));
    assert.deepEqual(visited, [900, 800, 700, 600, 500, 400, 300, 200, 100, 0]);
    const trailed = intervals(trailing({ lambdaMin: lambda }).levels(at(10))).map(({ from }) => training.indexOf(from));
    assert.deepEqual(trailed, [900, 800, 700, 600, 500, 400, 300, 200, 100, 0]);
    assert.equal(trailing({ lambdaMin: Math.log(1 / ratioOf(training.level(499))) }).levels(at(10)).length, 5);
  });
  test('are spaced one more than visited, as solvers want', () => {
    const indices = (steps: Steps) => intervals(steps).map(({ from }) => training.indexOf(from));
    assert.deepEqual(indices(linspace({ last: 'dropped' }).levels(at(4))), [999, 749, 500, 250]);
    assert.deepEqual(indices(leading({ last: 'dropped', offset: 1 }).levels(at(4))), [801, 601, 401, 201]);
  });
});

test('the end and the landing are choices', () => {
  const first = intervals(leading({ end: 'first' }).levels({ count: 10, grid: training }));
  assert.deepEqual(first.at(-1)!.to, training.level(0));
  const strided = intervals(trailing({ landing: 'stride' }).levels({ count: 7, grid: training }));
  assert.deepEqual(strided[0]!.to, training.level(999 - 142)); // the next step starts at 856
  assert.deepEqual(strided.at(-1)!.to, training.level(0));
});

test('what does not fit the grid is refused', () => {
  const short = grid({ schedule: cosine(), count: 10 });
  assert.throws(() => linspace().levels({ count: 11, grid: short }), {
    message: 'steps: count must be an integer in [1, 10] on a grid of 10 training steps, got 11.',
  });
  assert.throws(() => leading({ offset: 5 }).levels({ count: 10, grid: short }), {
    message: 'steps: index 14 lies beyond the 10 training steps. Use a smaller offset or fewer steps.',
  });
  const flat = grid({ schedule: linear(), zeroTerminalSnr: true });
  assert.throws(() => noiseSteps.entries.karras().levels({ count: 5, grid: flat }), {
    message:
      'karras: this model was trained down to pure noise, where sigma is infinite. Set sigmaMax, for example to 80.',
  });
  assert.throws(() => karrasSteps({ count: 3, sigmaMin: 2, sigmaMax: 1 }), {
    message: 'karrasSteps: need 0 < sigmaMin < sigmaMax < ∞, got sigmaMin = 2, sigmaMax = 1.',
  });
  assert.throws(() => karrasSteps({ count: 1 }), { message: 'karrasSteps: count must be an integer ≥ 2, got 1.' });
});

test('intervals are checked', () => {
  assert.throws(() => intervals([1]), { code: 'bad-steps', message: 'steps: expected at least two levels, got 1.' });
  assert.throws(() => intervals([1, 0, 0]), {
    message:
      'steps: step 1 goes from (alpha 1, sigma 0) to (alpha 1, sigma 0); levels must be finite and not negative, ' +
      'and no step can start and end without noise.',
  });
  assert.throws(() => intervals([Number.NaN, 0]), { code: 'bad-steps' });
  assert.throws(() => intervals([]), { code: 'bad-steps' });
});

test('every file in this folder is registered', async () => {
  const files = (await readdir(new URL('.', import.meta.url)))
    .map((file) => file.replace(/\.[jt]s$/, ''))
    .filter((file) => file !== 'index' && !file.includes('.'));
  assert.deepEqual(files.sort(), [...noiseSteps.names].sort());
});

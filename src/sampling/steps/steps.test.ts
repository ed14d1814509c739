import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { cosine, grid, type Level, linear, logSnr } from '../../diffusion/index.js';
import { intervals, type Steps } from '../intervals.js';
import {
  karrasSteps,
  leading,
  leadingIndices,
  linspace,
  linspaceIndices,
  noiseSteps,
  trailing,
  trailingIndices,
} from './index.js';

const training = grid({ schedule: linear() });
const levelsOf = (steps: Steps): Level[] => {
  const all = intervals(steps);
  return [...all.map(({ from }) => from), all.at(-1)!.to];
};

for (const name of noiseSteps.names) {
  suite(name, () => {
    const steps = noiseSteps.entries[name]();

    test('is registered under its own name', () => assert.equal(noiseSteps.entries[name].definition.name, name));

    test('has as many steps as asked, ever less noise, and none at the end', () => {
      for (const count of [2, 7, 20, 333, 1000]) {
        const levels = levelsOf(steps.levels({ count, grid: training }));
        assert.equal(levels.length, count + 1);
        assert.ok(levels.every((level, i) => i === 0 || logSnr(level) > logSnr(levels[i - 1]!)));
        assert.equal(levels.at(-1)!.sigma, 0);
      }
    });

    test('every step lands where the next one starts', () => {
      const all = intervals(steps.levels({ count: 7, grid: training }));
      for (const [i, { to }] of all.slice(0, -1).entries()) assert.deepEqual(to, all[i + 1]!.from);
    });

    test('a count that is none is refused', () => {
      for (const count of [0, 1.5, Number.NaN, 1e9]) {
        const message = `${name}: count must be an integer in [1, 100000], got ${count}.`;
        assert.throws(() => steps.levels({ count, grid: training }), { code: 'bad-option', message });
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

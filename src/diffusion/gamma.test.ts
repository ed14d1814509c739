import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { evaluateGraph } from '../../test/evaluate.js';
import { floats } from '../core/host-array.js';
import { fold, gaussians, key } from '../core/random.js';
import { grad, input, sum, type Tensor } from '../graph/index.js';
import { type GammaWeights, gamma, gammaGraph, gammaWeights } from './gamma.js';
import { grid } from './grid.js';
import { learned } from './schedules/index.js';

const near = (a: number, b: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${a} against ${b}`);

const units = 6;
const names = ['slope', 'hiddenWeight', 'hiddenBias', 'outputWeight'] as const;
const sizes = { slope: 1, hiddenWeight: units, hiddenBias: units, outputWeight: units };

/** Weights of any sign: what is stored is free. */
const wild = Object.fromEntries(
  names.map((name) => [name, [...gaussians(fold(key(6), name), sizes[name])].map((value) => 2 * value)]),
) as unknown as GammaWeights<readonly number[]>;
const ends = { min: -13.3, max: 5 };

suite('learned monotone curve', () => {
  for (const [what, weights] of Object.entries({ 'starting weights': gammaWeights(units), 'wild weights': wild })) {
    const { value, slope } = gamma({ weights, ...ends });

    test(`${what}: rises strictly from end to end, with the slope it says`, () => {
      assert.deepEqual([value(0), value(1)], [-13.3, 5]);
      for (let t = 0.01; t < 1; t += 0.01) {
        assert.ok(value(t) > value(t - 0.01), `falls at ${t}`);
        near(slope(t), (value(t + 1e-5) - value(t - 1e-5)) / 2e-5, 1e-6);
      }
    });
  }

  test('starting weights are nearly a straight line', () => {
    const { value } = gamma({ weights: gammaWeights(64), ...ends });
    for (const t of [0.1, 0.5, 0.9]) near((value(t) + 13.3) / 18.3, t, 0.02);
  });

  test('graph and numbers are one curve, value, slope and gradients', async () => {
    const [t, places] = [[0, 0.13, 0.5, 0.99, 1], input('t', [5])];
    const weights = Object.fromEntries(
      names.map((name) => [name, input(name, [sizes[name]])]),
    ) as unknown as GammaWeights<Tensor>;
    const graph = gammaGraph({ weights, ...ends });
    const [value, slope] = [graph.value(places), graph.slope(places)];
    const gradients = grad(
      sum(value),
      names.map((name) => weights[name]),
    );
    const outputs = {
      gamma: value,
      rate: slope,
      ...Object.fromEntries(names.map((name, i) => [`d${name}`, gradients[i]!])),
    };
    const feeds = {
      t: floats([5], t),
      ...Object.fromEntries(names.map((name) => [name, floats([sizes[name]], wild[name])])),
    };
    const result = await evaluateGraph(outputs, feeds);
    const host = gamma({ weights: wild, ...ends });
    for (const [i, at] of t.entries()) {
      near(result['gamma']!.data[i] as number, host.value(at), 1e-5);
      near(result['rate']!.data[i] as number, host.slope(at), 1e-5);
    }
    for (const name of names) {
      for (let k = 0; k < sizes[name]; k++) {
        const moved = (by: number): number => {
          const list = wild[name].map((w, i) => (i === k ? w + by : w));
          const { value: at } = gamma({ weights: { ...wild, [name]: list }, ...ends });
          return t.reduce((total, time) => total + at(time), 0);
        };
        near(result[`d${name}`]!.data[k] as number, (moved(1e-5) - moved(-1e-5)) / 2e-5, 1e-4);
      }
    }
  });

  test('ends may be tensors, to be trained too', async () => {
    const weights = Object.fromEntries(
      names.map((name) => [name, input(name, [sizes[name]])]),
    ) as unknown as GammaWeights<Tensor>;
    const [min, max] = [input('min', [1]), input('max', [1])];
    const value = gammaGraph({ weights, min, max }).value(input('t', [2]));
    const feeds = {
      t: floats([2], [0, 1]),
      min: floats([1], [-7]),
      max: floats([1], [3]),
      ...Object.fromEntries(names.map((name) => [name, floats([sizes[name]], wild[name])])),
    };
    const [first, last] = (await evaluateGraph({ value }, feeds))['value']!.data as Float32Array;
    near(first!, -7, 1e-6);
    near(last!, 3, 1e-6);
  });

  test('as a schedule: levels are those of γ, with or without weights, through JSON', () => {
    const schedule = learned({ weights: JSON.stringify(wild) });
    const { value, slope } = gamma({ weights: wild, ...ends });
    for (const t of [0, 0.2, 0.7, 1]) {
      near(schedule.logSnr(t), -value(t));
      near(schedule.logSnrSlope(t), -slope(t), 1e-9);
    }
    near(grid({ schedule, count: 10 }).logSnr(9), -5, 1e-9);
    near(learned().logSnr(0.25), 13.3 - 18.3 / 4);
  });

  test('what is no weight is refused', () => {
    assert.throws(() => gammaWeights(0), { message: 'gammaWeights: units must be an integer ≥ 1, got 0.' });
    assert.throws(() => gamma({ weights: { ...wild, hiddenBias: [1] }, ...ends }), { code: 'bad-option' });
    for (const weights of ['no', '[]', '{"slope":[1],"hiddenWeight":["a"],"hiddenBias":[1],"outputWeight":[1]}']) {
      assert.throws(() => learned({ weights }), { code: 'bad-option', message: /^learned: weights must be JSON/ });
    }
    assert.throws(() => learned({ gammaMin: 6 }), {
      message: 'learned: need gammaMin < gammaMax, got gammaMin = 6, gammaMax = 5.',
    });
  });
});

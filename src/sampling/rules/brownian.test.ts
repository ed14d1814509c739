import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { numbers } from '../../../test/numbers.js';
import { floats } from '../../core/host-array.js';
import { fold, key } from '../../core/random.js';
import { batchSpace } from '../../core/space.js';
import { cosine, type Level } from '../../diffusion/index.js';
import { brownian } from './brownian.js';

const space = batchSpace();
const walks = 10_000;
const many = (seed: number, finest?: number) =>
  brownian({ space, like: floats([1, walks]), key: key(seed), ...(finest === undefined ? {} : { finest }) });
const one = (seed: number, finest = 0.05) => brownian({ space: numbers, like: 0, key: key(seed), finest });

const mean = (data: Float32Array): number => data.reduce((sum, value) => sum + value, 0) / data.length;
const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0) / a.length;
const near = (value: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(value - expected) < tolerance, `${value} against ${expected}`);
/** Of a mean of products of unit Gaussians, five standard deviations. */
const chance = 5 * Math.sqrt(2 / walks);

const level = (sigma: number): Level => ({ alpha: 1, sigma });
const clock = ({ alpha, sigma }: Level, power: number): number => (alpha / sigma) ** (2 * power);
const path = Array.from({ length: 13 }, (_, i) => cosine().level(0.97 - 0.08 * i));

suite('Brownian motion of a walk', () => {
  for (const power of [1, 0.5, -1]) {
    test(`two parts make the whole, each weighted by its length on the clock (power ${power})`, () => {
      for (const finest of [1e-3, 0.5, 100]) {
        const w = one(3, finest);
        for (let i = 2; i < path.length; i++) {
          const [a, b, c] = [path[i - 2]!, path[i - 1]!, path[i]!];
          const weight = (from: Level, to: Level) => Math.sqrt(Math.abs(clock(to, power) - clock(from, power)));
          const parts = weight(a, b) * w(a, b, power) + weight(b, c) * w(b, c, power);
          near(parts / weight(a, c), w(a, c, power), 1e-8); // places are rounded to 2⁻³⁰
        }
      }
    });

    test(`increments are unit Gaussians and independent (power ${power})`, () => {
      for (const finest of [0.01, 0.6, 50]) {
        const w = many(5, finest);
        const draws = path.slice(1).map((to, i) => w(path[i]!, to, power).data);
        for (const [i, draw] of draws.entries()) {
          near(mean(draw), 0, 5 / Math.sqrt(walks));
          near(dot(draw, draw), 1, chance);
          near(mean(draw.map((value) => value ** 4)), 3, 5 * Math.sqrt(96 / walks));
          for (const other of draws.slice(0, i)) near(dot(draw, other), 0, chance);
        }
      }
    });
  }

  test('is the same for the same key, in any order of questions but for what lies inside one piece', () => {
    const [forth, back] = [one(8), one(8)];
    const there = path.slice(1).map((to, i) => forth(path[i]!, to));
    const again = [...path.keys()]
      .slice(1)
      .reverse()
      .map((i) => back(path[i - 1]!, path[i]!));
    for (const [i, value] of again.reverse().entries()) near(value, there[i]!, 1e-9);
    assert.notEqual(one(9)(path[0]!, path[1]!), there[0]);
  });

  test('does not see the scale of x', () => {
    const scaled = path.map(({ alpha, sigma }, i) => ({ alpha: alpha * (1 + i), sigma: sigma * (1 + i) }));
    const [plain, other] = [one(2), one(2)];
    for (const [i, to] of path.slice(1).entries()) {
      near(other(scaled[i]!, scaled[i + 1]!), plain(path[i]!, to), 1e-6);
    }
  });

  test('starts at pure noise, where the clock shows 0', () => {
    const w = many(6, 0.2);
    const draw = w({ alpha: 0, sigma: 1 }, level(9)).data;
    near(dot(draw, draw), 1, chance);
    near(dot(draw, w(level(9), level(3)).data), 0, chance);
  });

  test('holds beyond the ends of the bisection', () => {
    const w = many(4, 0.5);
    const far = [level(1e14), level(1e12), level(1e10), level(1e-11), level(1e-13)];
    const draws = far.slice(1).map((to, i) => w(far[i]!, to).data);
    for (const [i, draw] of draws.entries()) {
      near(dot(draw, draw), 1, chance);
      for (const other of draws.slice(0, i)) near(dot(draw, other), 0, chance);
    }
  });

  test('points closer than a piece are still those of one motion', () => {
    const w = many(7, 3);
    const close = [1, 0.99, 0.98, 0.97, 0.96].map(level);
    const draws = close.slice(1).map((to, i) => w(close[i]!, to).data);
    for (const [i, draw] of draws.entries()) {
      near(dot(draw, draw), 1, chance);
      for (const other of draws.slice(0, i)) near(dot(draw, other), 0, chance);
    }
  });

  test('finer walks see the same path more closely', () => {
    const coarse = [8, 4, 2, 1].map(level);
    const difference = (finest: number): number => {
      const [rough, true_] = [many(1, finest), many(1, 1e-4)];
      const squares = coarse.slice(1).map((to, i) => {
        const [a, b] = [rough(coarse[i]!, to).data, true_(coarse[i]!, to).data];
        return dot(a, a) + dot(b, b) - 2 * dot(a, b);
      });
      return Math.sqrt(Math.max(...squares));
    };
    const [at1, at2, at3] = [1, 0.1, 0.01].map(difference) as [number, number, number];
    assert.ok(at2 < at1 && at3 < at2 && at3 < 0.12, `${[at1, at2, at3]}`);
  });

  test('each picture has its own stream, whatever its batch', () => {
    const whole = brownian({ space: batchSpace(), like: floats([3, 4]), key: fold(key(1), 'a'), finest: 0.1 });
    const last = brownian({
      space: batchSpace({ first: 2 }),
      like: floats([1, 4]),
      key: fold(key(1), 'a'),
      finest: 0.1,
    });
    for (const [i, to] of path.slice(1).entries()) {
      assert.deepEqual(whole(path[i]!, to).data.slice(8), last(path[i]!, to).data);
    }
  });

  test('is the same where every Gaussian has a place of its own', () => {
    const own = {
      ...space,
      gaussian: (like: typeof small, from: ReturnType<typeof key>) => space.gaussian(like, from),
    };
    const small = floats([2, 3]);
    const given = { like: small, key: key(4), finest: 0.1 };
    const [usual, careful] = [brownian({ ...given, space }), brownian({ ...given, space: own })];
    const increments = path.slice(1).map((to, i) => [usual(path[i]!, to), careful(path[i]!, to)] as const);
    for (const [got, expected] of increments) assert.deepEqual(got, expected);
  });

  test('costs a few draws per step', () => {
    let draws = 0;
    const counting = {
      ...numbers,
      gaussian: (like: number, from: Parameters<typeof numbers.gaussian>[1]) => {
        draws++;
        return numbers.gaussian(like, from);
      },
    };
    const per = (count: number): number => {
      draws = 0;
      const levels = Array.from({ length: count + 1 }, (_, i) => level(80 * (0.01 / 80) ** (i / count)));
      const w = brownian({
        space: counting,
        like: 0,
        key: key(1),
        finest: 2 * Math.log(levels[0]!.sigma / levels[1]!.sigma),
      });
      for (const [i, to] of levels.slice(1).entries()) w(levels[i]!, to);
      return draws / count;
    };
    assert.ok(per(20) < 4, `${per(20)}`);
    assert.ok(per(1000) < 4, `${per(1000)}`);
  });
});

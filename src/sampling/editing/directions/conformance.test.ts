import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats } from '../../../core/host-array.js';
import { fold, gaussians, type Key, key } from '../../../core/random.js';
import type { DirectionFactory, DirectionMaterial, DirectionNeed, Features } from '../direction.js';
import { cosine, norm, scale } from '../h-space/vectors.js';
import { directions } from './index.js';

const size = 6;
const count = 400;
/** What is to be found, of length 1. */
const planted = scale(1 / 7, [6, 0, 2, 0, -3, 0]);

type Rotation = (v: ArrayLike<number>) => Float64Array;
const asItIs: Rotation = (v) => Float64Array.from(v);
/** A reflection at a plane, which is orthogonal: v − 2·(n·v)·n. */
const reflected: Rotation = (v) => {
  const n = scale(1 / Math.sqrt(14), [1, 2, 3, 0, 0, 0]);
  const along = n.reduce((sum, value, i) => sum + value * v[i]!, 0);
  return Float64Array.from(v, (value, i) => value - 2 * along * n[i]!);
};

interface Problem {
  readonly turned: Rotation;
  readonly factor: number;
}

/** Rows of Gaussian noise, moved by `at` along the planted direction, or stretched along it. */
function rows(name: string, { turned, factor }: Problem, along: (z: number) => number): Features {
  const data = new Float32Array(count * size);
  for (let row = 0; row < count; row++) {
    const noise = gaussians(fold(key(3), name, row), size);
    const z = noise.reduce((sum, value, i) => sum + value * planted[i]!, 0);
    const v = noise.map((value, i) => value + (along(z) - z) * planted[i]!);
    data.set(
      turned(v).map((value) => factor * value),
      row * size,
    );
  }
  return floats([count, size], data);
}

/** Material in which the planted direction is the answer, in another orientation and scale where asked. */
const problems: Readonly<Record<DirectionNeed, (problem: Problem, random: Key) => DirectionMaterial>> = {
  groups: (problem, random) => ({
    with: rows('a', problem, (z) => z + 2),
    without: rows('b', problem, (z) => z - 2),
    key: random,
  }),
  features: (problem, random) => ({ features: rows('a', problem, (z) => 3 * z), key: random }),
  jacobian: ({ turned, factor }, random) => {
    const stretched = async (v: Float64Array): Promise<Float64Array> => {
      const p = turned(planted);
      const along = p.reduce((sum, value, i) => sum + value * v[i]!, 0);
      return v.map((value, i) => factor * (value + 4 * along * p[i]!)); // 1 + 4·p·pᵀ
    };
    return { jacobian: { size, apply: stretched, transpose: stretched }, key: random };
  },
  learned: (problem, random) => ({
    features: rows('a', problem, (z) => z),
    learned: async ({ shape }) => {
      const step = problem.turned(planted);
      return floats(
        shape,
        Float32Array.from({ length: count * size }, (_, i) => problem.factor * step[i % size]!),
      );
    },
    key: random,
  }),
};

const plain: Problem = { turned: asItIs, factor: 1 };
/** How far the planted direction may be from what 400 rows in 6 dimensions tell. */
const close: Readonly<Record<DirectionNeed, number>> = { groups: 0.02, features: 0.02, jacobian: 1e-6, learned: 1e-6 };

for (const [name, factory] of Object.entries(directions.entries) as [string, DirectionFactory][]) {
  const { needs } = factory.definition;
  const first = async (problem: Problem, random = key(0)) =>
    (await factory().find(problems[needs](problem, random)))[0]!;

  suite(`direction ${name}`, () => {
    test('finds the planted direction', async () => {
      const found = await first(plain);
      const same = Math.abs(cosine(found.values, planted));
      assert.ok(same > 1 - close[needs], `${name}: |cosine| ${same}`);
      if (needs === 'groups' || needs === 'learned') {
        assert.ok(cosine(found.values, planted) > 0, `${name} points from without to with`);
      }
      assert.ok(Number.isFinite(found.value) && found.value > 0, `${name}: value ${found.value}`);
    });

    test('is the same every time, and from another random start', async () => {
      const found = await first(plain);
      assert.deepEqual(await first(plain), found);
      const other = await first(plain, key(1));
      const same = cosine(other.values, found.values);
      assert.ok(same > 1 - 1e-6, `${name}: cosine ${same}`);
    });

    test('turns with the features', async () => {
      const [found, turned] = [await first(plain), await first({ turned: reflected, factor: 1 })];
      const same = Math.abs(cosine(turned.values, reflected(found.values)));
      assert.ok(same > 1 - 1e-5, `${name}: |cosine| ${same}`);
      const ratio = norm(turned.values) / norm(found.values);
      assert.ok(Math.abs(ratio - 1) < 1e-4, `${name}: length times ${ratio}`);
    });

    test('grows with the features', async () => {
      const [found, larger] = [await first(plain), await first({ turned: asItIs, factor: 10 })];
      const wanted = needs === 'jacobian' ? 1 : 10; // directions of a Jacobian have length 1, and their gain grows
      const ratio = norm(larger.values) / norm(found.values);
      assert.ok(Math.abs(ratio / wanted - 1) < 1e-4, `${name}: length times ${ratio}`);
      if (needs === 'jacobian') assert.ok(Math.abs(larger.value / found.value - 10) < 1e-6, `gain ${larger.value}`);
    });

    test('says what it lacks', async () => {
      await assert.rejects(factory().find({ key: key(0) }), {
        code: 'missing-input',
        message: {
          groups: `${name}: expected features of pictures with and without the attribute, got none.`,
          features: `${name}: expected features of pictures, got none.`,
          jacobian: `${name}: expected products with a Jacobian, got none.`,
          learned: `${name}: expected a learned change and features to apply it to, got none.`,
        }[needs],
      });
      if (needs === 'jacobian') return;
      const bad = floats([size], new Float32Array(size));
      const given = { with: bad, without: bad, features: bad, learned: async () => bad, key: key(0) };
      await assert.rejects(factory().find(given), {
        code: 'shape-mismatch',
        message: `${name}: with must be [N, D] with N ≥ 1, got [6].`,
      });
    });
  });
}

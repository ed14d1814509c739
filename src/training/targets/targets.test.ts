import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { evaluateGraph } from '../../../test/evaluate.js';
import { floats, gaussians, key, permutation } from '../../core/index.js';
import type { Item } from '../../data/index.js';
import { grad, input, sum } from '../../graph/index.js';
import { attributesTarget, averagePrecision, balancedAccuracy, type ClassifierTarget, classTarget } from './index.js';

const item = (label: number, ...attributes: readonly string[]): Item => ({
  ...{ name: `${label}`, label, caption: '', attributes, split: 'val', mirrorable: true },
});
const items = [
  item(0, 'tone:dark', 'who:man'),
  item(2, 'tone:light'),
  { ...item(-1), kinds: ['tone'] },
  item(1), // says nothing of any attribute
];
const attributes = [
  { name: 'tone:dark', present: 10, absent: 40 },
  { name: 'tone:light', present: 30, absent: 20 },
  { name: 'who:man', present: 1, absent: 1000 },
];
const targets: Readonly<Record<string, ClassifierTarget>> = {
  class: classTarget({ classes: ['a', 'b', 'c'] }),
  attributes: attributesTarget({ attributes }),
};
const scores = floats([4, 3], gaussians(key(1), 12));

/** Losses of the scores above and their gradient. */
async function lossesOf(target: ClassifierTarget) {
  const logits = input('logits', [4, 3]);
  const losses = target.losses(logits, (name) => input(name, [4, 3]));
  const [slope] = grad(sum(losses), [logits]);
  return evaluateGraph({ losses, slope: slope! }, { logits: scores, ...target.feeds(items) });
}

const softplus = (z: number): number => Math.log1p(Math.exp(z));

suite('classifier targets', () => {
  for (const [name, target] of Object.entries(targets)) {
    test(`${name}: what does not apply to a picture has neither loss nor gradient`, async () => {
      assert.deepEqual([target.name, target.names.length], [name, 3]);
      assert.deepEqual(Object.keys(target.feeds(items)).sort(), [...target.inputs].sort());
      const { losses, slope } = await lossesOf(target);
      for (const [b, one] of items.entries()) {
        const row = Array.from({ length: 3 }, (_, k) => Number(slope!.data[b * 3 + k]));
        assert.equal(Number(losses!.data[b]) > 0, target.tells(one), `loss of ${b}`);
        assert.equal(
          row.some((value) => value !== 0),
          target.tells(one),
          `gradient of ${b}: ${row.join(' ')}`,
        );
      }
    });
  }

  test('class: the loss is −ln of the probability of the class, and none without a class', async () => {
    const { losses } = await lossesOf(targets['class']!);
    for (const [b, { label }] of items.entries()) {
      const row = Array.from({ length: 3 }, (_, k) => scores.data[b * 3 + k]!);
      const total = row.reduce((whole, z) => whole + Math.exp(z), 0);
      const expected = label < 0 ? 0 : -Math.log(Math.exp(row[label]!) / total);
      assert.ok(Math.abs(Number(losses!.data[b]) - expected) < 1e-6, `row ${b}`);
    }
    assert.throws(() => classTarget({ classes: ['a'] }).feeds([item(1)]), {
      message: 'oneHot: labels must be below 1, got 1.',
    });
  });

  test('attributes: the mean over those that apply of weighted binary cross-entropies', async () => {
    const { losses } = await lossesOf(targets['attributes']!);
    const z = (b: number, k: number): number => scores.data[b * 3 + k]!;
    const expected = [
      (4 * softplus(-z(0, 0)) + softplus(z(0, 1)) + 10 * softplus(-z(0, 2))) / 3, // weights 40/10, and 1000 cut to 10
      (softplus(z(1, 0)) + (20 / 30) * softplus(-z(1, 1))) / 2,
      (softplus(z(2, 0)) + softplus(z(2, 1))) / 2,
      0,
    ];
    for (const [b, value] of expected.entries()) {
      assert.ok(Math.abs(Number(losses!.data[b]) - value) < 1e-5, `row ${b}: ${losses!.data[b]} and ${value}`);
    }
    assert.throws(() => attributesTarget({ attributes: [] }), { code: 'bad-data' });
  });

  test('scores: right classes counted; attributes judged where they apply', () => {
    const right = targets['class']!.scores({
      logits: [3, 1].map((k) => Float32Array.of(0, 0, k)),
      items: [item(2), item(0)],
    });
    assert.deepEqual(right, { accuracy: 0.5 });
    const logits = [
      [1, -1, 1],
      [-1, 1, 0],
      [1, -1, 0],
      [0, 0, 0],
    ].map((row) => Float32Array.from(row));
    const { accuracy, attributes: told } = targets['attributes']!.scores({ logits, items });
    assert.deepEqual(told, [
      { name: 'tone:dark', present: 1, absent: 2, averagePrecision: 0.5, balancedAccuracy: 0.75 },
      { name: 'tone:light', present: 1, absent: 2, averagePrecision: 1, balancedAccuracy: 1 },
      { name: 'who:man', present: 1, absent: 0, averagePrecision: null, balancedAccuracy: null },
    ]);
    assert.equal(accuracy, 0.875);
  });
});

suite('average precision', () => {
  const judged = (...has: readonly boolean[]) => has.map((one, i) => ({ has: one, score: -i }));

  test('known orders', () => {
    assert.equal(averagePrecision(judged(true, true, false, false)), 1);
    assert.equal(averagePrecision(judged(false, false, true)), 1 / 3);
    assert.equal(averagePrecision(judged(true, false, true)), 1 / 2 + 1 / 3);
    assert.equal(averagePrecision(judged(true, true)), null);
    assert.equal(averagePrecision(judged(false)), null);
  });

  test('equal scores count together: all equal is the share that has it, in any order', () => {
    for (const has of [
      [true, false, false, false],
      [false, false, false, true],
    ]) {
      assert.equal(averagePrecision(has.map((one) => ({ has: one, score: 0 }))), 0.25);
    }
  });

  test('a random order is about the share that has it', () => {
    const order = permutation(key(4), 10_000);
    const random = Array.from(order, (score, i) => ({ score, has: i % 5 === 0 }));
    assert.ok(Math.abs(averagePrecision(random)! - 0.2) < 0.02, `${averagePrecision(random)}`); // deviation about 0.005
  });

  test('balanced accuracy is ½ for one answer to all, whatever the shares', () => {
    const some = Array.from({ length: 50 }, (_, i) => ({ has: i < 5, score: 1 }));
    assert.equal(balancedAccuracy(some), 0.5);
    assert.equal(balancedAccuracy(some.map(({ has }) => ({ has, score: has ? 1 : -1 }))), 1);
    assert.equal(balancedAccuracy(some.slice(0, 5)), null);
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { baseOf } from '../../data/emoji/names.js';
import { emoji, finish } from '../../data/index.js';
import { type AttributeExamples, type Example, examplesOf, parseLeaveOut } from './examples.js';

const data = await finish(emoji.load({ filter: 'faces' }, { size: 8 }));
const smiles = (leaveOut: string | null): AttributeExamples =>
  examplesOf('smile', data, 'train', parseLeaveOut(leaveOut));
const figures = (pairs: readonly Example[]): readonly string[] =>
  [...new Set(pairs.map((pair) => baseOf(data.items[pair.with!]!.name)))].sort();

suite('figures that are left out', () => {
  const all = smiles(null);
  const parts = ['0/3', '1/3', '2/3'].map(smiles);

  test('make the whole together, and none is in two parts', () => {
    assert.ok(all.pairs.length > 10 && all.leftOut.length === 0, `${all.pairs.length} pairs`);
    assert.deepEqual(parts.flatMap(({ leftOut }) => figures(leftOut)).sort(), figures(all.pairs));
    assert.deepEqual(
      figures(parts[1]!.leftOut),
      figures(all.pairs).filter((_, i) => i % 3 === 1),
    );
  });

  test('are nowhere among what is learnt from, in no style, nor are their partners', () => {
    for (const { leftOut, pairs, with: yes, without: no } of parts) {
      const hidden = leftOut.flatMap((pair) => [pair.with!, pair.without]);
      const learnt = [...pairs.flatMap((pair) => [pair.with!, pair.without]), ...yes, ...no];
      assert.ok(leftOut.length > 0 && pairs.length > 0, 'an empty part');
      assert.deepEqual(
        learnt.filter((i) => hidden.includes(i)),
        [],
      );
      const names = new Set(figures(leftOut));
      assert.deepEqual(
        figures(pairs).filter((name) => names.has(name)),
        [],
      );
    }
  });

  test('are named as a part of the whole', () => {
    for (const text of ['3/3', '0/1', '1', 'a/b', '-1/3']) {
      assert.throws(() => parseLeaveOut(text), {
        message: `directions: --leave-out is a part of the figures, as 0/3, 1/3 or 2/3, got "${text}".`,
      });
    }
  });
});

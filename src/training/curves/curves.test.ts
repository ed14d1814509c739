import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { cosine, curves } from './index.js';

const steps = Array.from({ length: 200 }, (_, step) => step);

/** What every learning-rate curve promises: a factor in [0, 1] that rises to 1 once and never rises again. */
for (const name of curves.names) {
  const create = curves.entries[name];

  suite(`curve ${name}`, () => {
    for (const total of [200, 50, Infinity]) {
      for (const warmup of [0, 1, 20]) {
        test(`warms up over ${warmup} of ${total} steps and does not rise after`, () => {
          const factors = steps.map((step) => create({ warmup })({ step, total }));
          assert.ok(factors.every((f) => f > 0 && f <= 1));
          for (let i = 1; i <= warmup; i++) assert.ok(factors[i - 1]! === i / warmup);
          assert.equal(factors[warmup], 1);
          for (let i = warmup + 1; i < factors.length; i++) assert.ok(factors[i]! <= factors[i - 1]!);
        });
      }
    }

    test('is a pure function of step and total', () => {
      const curve = create();
      const [ahead, back] = [steps, steps.toReversed()].map((order) =>
        order.map((step) => curve({ step, total: 150 })),
      );
      assert.deepEqual(back!.toReversed(), ahead);
    });
  });
}

suite('cosine', () => {
  const curve = cosine({ warmup: 10, floor: 0.1 });

  test('is half-way down in the middle and ends at the floor', () => {
    assert.ok(Math.abs(curve({ step: 60, total: 110 }) - 0.55) < 1e-12);
    assert.ok(Math.abs(curve({ step: 110, total: 110 }) - 0.1) < 1e-12);
  });

  test('stays at the floor after the end', () => assert.equal(curve({ step: 500, total: 110 }), 0.1));

  test('without an end it stays at 1', () => assert.equal(curve({ step: 10_000_000, total: Infinity }), 1));
});

test('an unknown curve is told with those there are', () => {
  assert.throws(() => curves.get('cosin'), {
    message: `Unknown curve "cosin". Did you mean "cosine"? Known: ${curves.names.join(', ')}.`,
  });
});

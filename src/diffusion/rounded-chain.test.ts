import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gridFromBetas } from './grid.js';
import { roundedBetas, roundedChain } from './rounded-chain.js';
import { linear, scaledLinear } from './schedules/index.js';

/** What torch 2.15 prints on a processor for `linspace(…, dtype=float32)` and the cumulative products. */
const ratios = (betas: readonly number[]): number[] => {
  const grid = gridFromBetas(roundedChain(betas));
  return [0, 1, 500, grid.count - 1].map((index) => grid.level(index).sigma / grid.level(index).alpha);
};

suite('chains as torch rounds them', () => {
  test('σ/α of the ends are the float32 numbers that it stores', () => {
    const [first, , , last] = ratios(linear().betas(1100));
    assert.ok(Math.abs(first! / 0.010001329705119133 - 1) < 1e-12, `${first}`);
    assert.ok(Math.abs(last! / 261.0555725097656 - 1) < 1e-12, `${last}`);
  });

  test('every σ/α is a float32 number', () => {
    for (const schedule of [linear(), scaledLinear()]) {
      const grid = gridFromBetas(roundedChain(schedule.betas(1000)));
      for (let i = 0; i < 1000; i += 7) {
        const ratio = grid.level(i).sigma / grid.level(i).alpha;
        assert.ok(Math.abs(ratio / Math.fround(ratio) - 1) < 1e-11);
      }
    }
  });

  test('next to the data σ is off by what four digits of 1 − ᾱ leave', () => {
    const exact = gridFromBetas(linear().betas(1000));
    const rounded = gridFromBetas(roundedChain(linear().betas(1000)));
    const off = (i: number): number => Math.abs(rounded.level(i).sigma / exact.level(i).sigma - 1);
    assert.ok(off(0) > 1e-5 && off(0) < 1e-3);
    assert.ok(off(999) < 1e-6);
  });

  test('even lists are made from both ends, others number by number', () => {
    const even = roundedBetas([0.1, 0.2, 0.3, 0.4]);
    const step = Math.fround(Math.fround(Math.fround(0.4) - Math.fround(0.1)) / 3);
    assert.deepEqual(
      [...even],
      [Math.fround(0.1), Math.fround(Math.fround(0.1) + step), Math.fround(Math.fround(0.4) - step), Math.fround(0.4)],
    );
    assert.deepEqual([...roundedBetas([0.1, 0.2, 0.9])], [0.1, 0.2, 0.9].map(Math.fround));
    assert.equal(roundedChain([0.5, 1]).at(-1), 1);
  });
});

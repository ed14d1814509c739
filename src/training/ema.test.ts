import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emaDecay } from './ema.js';

test('the decay warms up from one tenth to what was asked and stays there', () => {
  assert.equal(emaDecay(0, 0.999), 0.1);
  assert.equal(emaDecay(90, 0.999), 0.91);
  const decays = Array.from({ length: 20_000 }, (_, step) => emaDecay(step, 0.999));
  for (let i = 1; i < decays.length; i++) assert.ok(decays[i]! >= decays[i - 1]!);
  assert.ok(decays[8989]! < 0.999 && decays[8991] === 0.999); // (1 + s)/(10 + s) = 0.999 at s = 8990
  assert.equal(emaDecay(0, 0), 0);
});

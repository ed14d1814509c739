import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remembered } from './remembered.js';

test('the last question is answered once, another one anew', async () => {
  let asked = 0;
  const ask = remembered(async (x: { readonly v: number }, { sigma }: { readonly sigma: number }) => {
    asked += 1;
    return x.v + sigma;
  });
  const [x, level, other] = [{ v: 1 }, { alpha: 1, sigma: 2 }, { alpha: 1, sigma: 3 }];
  assert.deepEqual(await Promise.all([ask(x, level), ask(x, level)]), [3, 3]);
  assert.equal(asked, 1);
  assert.equal(await ask(x, other), 4);
  assert.equal(await ask({ v: 1 }, other), 4);
  assert.equal(asked, 3);
});

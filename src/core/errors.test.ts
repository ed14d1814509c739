import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invariant, show, ToolkitError } from './errors.js';

test('values are shown the way they are typed, shortened', () => {
  assert.equal(show(Number.NaN), 'NaN');
  assert.equal(show('a'), '"a"');
  assert.equal(show(undefined), 'undefined');
  assert.equal(show([1, 'b', [2]]), '[1, "b", [2]]');
  assert.equal(show(Float32Array.from({ length: 10 }, (_, i) => i)), '[0, 1, 2, 3, 4, 5, 6, 7, … 10 in all]');
  assert.equal(show({ a: 'x'.repeat(100) }).length, 78);
  assert.equal(show([[[[[1]]]]]), '[[[[[…]]]]]');
  const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`) as unknown;
  assert.equal(show(deep), '{…}');
  assert.equal(show(JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)), '[[[[[…]]]]]');
});

test('errors carry a code, and a broken invariant says that it is ours', () => {
  const error = new ToolkitError('bad-option', 'No.', { cause: 1 });
  assert.deepEqual([error.code, error.message, error.cause, error.name], ['bad-option', 'No.', 1, 'ToolkitError']);
  assert.throws(() => invariant(false, 'rows differ'), {
    code: 'internal',
    message: 'internal: rows differ. This is a bug in Langevin, please report it.',
  });
});

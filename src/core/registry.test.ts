import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineRegistry } from './registry.js';
import { closest } from './text.js';

const registry = defineRegistry('sampler', { euler: 1, heun: 2 });

test('a registry gives what is registered', () => {
  assert.equal(registry.get('heun'), 2);
  assert.deepEqual(registry.names, ['euler', 'heun']);
});

test('an unknown name suggests the nearest and lists the rest', () => {
  const message = 'Unknown sampler "huen". Did you mean "heun"? Known: euler, heun.';
  assert.throws(() => registry.get('huen'), { name: 'ToolkitError', code: 'unknown-sampler', message });
  assert.throws(() => registry.get('ddim-inverse'), { message: 'Unknown sampler "ddim-inverse". Known: euler, heun.' });
  assert.throws(() => registry.get('toString'), { code: 'unknown-sampler' });
});

test('nearness counts edits and ignores case', () => {
  assert.equal(closest('EULER', registry.names), 'euler');
  assert.equal(closest('completely else', registry.names), undefined);
  assert.equal(closest('x', []), undefined);
});

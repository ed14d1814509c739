import assert from 'node:assert/strict';
import { test } from 'node:test';
import { licenceOf } from './model-card.js';

test('the licence of a card is the name that "other" stands for', () => {
  const of = (fields: Readonly<Record<string, string>>) => licenceOf({ file: 'README.md', fields, text: '' });
  assert.equal(of({ license: 'other', license_name: 'MIT AND CC-BY-4.0' }), 'MIT AND CC-BY-4.0');
  assert.equal(of({ license: 'MIT', license_name: 'ignored' }), 'MIT');
  assert.equal(of({ license: 'other' }), 'other');
  assert.equal(of({}), null);
});

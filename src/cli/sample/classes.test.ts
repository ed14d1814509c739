import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseClasses } from './classes.js';

const classes = ['noto/smileys-emotion', 'noto/food-drink', 'twemoji/smileys-emotion', 'twemoji/food-drink'];

suite('classes by name', () => {
  test('whole names, parts and numbers', () => {
    assert.deepEqual(parseClasses('noto/food-drink, smileys-emotion, 3', classes), [1, 0, 2, 3]);
  });

  for (const [entry, near] of [
    ['noto/smiley', 'noto/smileys-emotion'],
    ['noto/smilies', 'noto/smileys-emotion'],
    ['noto/smileys-emotoin', 'noto/smileys-emotion'],
    ['smilies', 'smileys-emotion'],
    ['twemojis/food', 'twemoji/food-drink'],
  ] as const) {
    test(`${entry} suggests ${near}`, () => {
      assert.throws(() => parseClasses(entry, classes), {
        code: 'unknown-class',
        message: `Unknown class "${entry}". Did you mean "${near}"? Known: ${classes.join(', ')}.`,
      });
    });
  }

  test('what is like none suggests none', () => {
    assert.throws(() => parseClasses('aeroplane', classes), {
      message: `Unknown class "aeroplane". Known: ${classes.join(', ')}.`,
    });
  });
});

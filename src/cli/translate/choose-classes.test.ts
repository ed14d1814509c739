import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fitting, partsOf, targetClass } from './choose-classes.js';

const classes = ['noto/faces', 'noto/flags', 'twemoji/faces', 'twemoji/flags', 'fluent/faces', 'blank'];
const nothing = { classes, style: null, group: null };

suite('classes of styles and groups', () => {
  test('a class is a style and a group', () => {
    assert.deepEqual(partsOf('noto/flags'), { style: 'noto', group: 'flags' });
    assert.deepEqual(partsOf('blank'), { style: 'blank', group: null });
  });

  test('what was said leaves some to choose from', () => {
    assert.deepEqual(fitting('--from', nothing), classes);
    assert.deepEqual(fitting('--from', { ...nothing, style: 'noto' }), ['noto/faces', 'noto/flags']);
    assert.deepEqual(fitting('--from', { ...nothing, style: 'noto', group: 'flags' }), ['noto/flags']);
    assert.deepEqual(fitting('--from', { ...nothing, group: 'flags' }), ['noto/flags', 'twemoji/flags']);
    assert.deepEqual(fitting('--from', { ...nothing, style: 'twemoji/faces', group: 'flags' }), ['twemoji/faces']);
  });

  test('the group is kept, or told, or part of the class that is told', () => {
    const to = (style: string, source: string, group: string | null = null): string =>
      targetClass({ classes, style, group, source });
    assert.equal(to('twemoji', 'noto/flags'), 'twemoji/flags');
    assert.equal(to('twemoji', 'noto/flags', 'faces'), 'twemoji/faces');
    assert.equal(to('fluent/faces', 'noto/flags'), 'fluent/faces');
    assert.equal(to('blank', 'noto/flags', null), 'blank');
  });
});

suite('what is refused', () => {
  const refused = (run: () => unknown, message: string): void => assert.throws(run, { code: 'unknown-class', message });

  test('styles and groups that there are not', () => {
    refused(
      () => fitting('--from', { ...nothing, style: 'notto' }),
      'translate: --from "notto" is neither a style nor a class of the model. Did you mean "noto"? ' +
        'Its styles: noto, twemoji, fluent, blank.',
    );
    refused(
      () => fitting('--to', { ...nothing, group: 'flag' }),
      'translate: --group "flag" is no group of the model. Did you mean "flags"? Its groups: faces, flags.',
    );
  });

  test('a target that is none or several', () => {
    refused(
      () => targetClass({ classes, style: 'fluent', group: null, source: 'noto/flags' }),
      'translate: --to "fluent" has no class for a picture of noto/flags. Name the whole class.',
    );
    refused(
      () => targetClass({ classes, style: 'noto', group: null, source: 'blank' }),
      'translate: --to "noto" has several classes for a picture of blank. Name the whole class, one of noto/faces, noto/flags.',
    );
  });
});

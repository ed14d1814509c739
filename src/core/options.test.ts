import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { choice, describeOption, flag, integer, number, resolve, text } from './options.js';

const specs = {
  eta: number({ default: 1, min: 0, max: 1, help: '' }),
  count: integer({ default: 4, min: 1, help: '' }),
  limit: number({ default: null, help: '' }),
  spacing: choice(['leading', 'trailing'], { default: 'leading', help: '' }),
  clip: flag({ help: '' }),
  out: text({ default: 'runs', help: '' }),
};

const wrong = (given: Record<string, unknown>, message: string): void =>
  assert.throws(() => resolve('ddim', specs, given), { name: 'ToolkitError', code: 'bad-option', message });

suite('options', () => {
  test('defaults fill what is missing, undefined included, and the result is frozen', () => {
    const options = resolve('ddim', specs, { eta: 0, count: undefined });
    assert.deepEqual(options, { eta: 0, count: 4, limit: null, spacing: 'leading', clip: false, out: 'runs' });
    assert.ok(Object.isFrozen(options));
  });

  test('what is out of range or of the wrong type is named', () => {
    wrong({ eta: 2 }, 'ddim: eta must be a number in [0, 1], got 2.');
    wrong({ eta: Number.NaN }, 'ddim: eta must be a number in [0, 1], got NaN.');
    wrong({ eta: '1' }, 'ddim: eta must be a number in [0, 1], got "1".');
    wrong({ count: 1.5 }, 'ddim: count must be an integer ≥ 1, got 1.5.');
    wrong({ limit: 'x' }, 'ddim: limit must be a number, got "x".');
    wrong({ spacing: 'linear' }, 'ddim: spacing must be one of leading, trailing, got "linear".');
    wrong({ clip: 1 }, 'ddim: clip must be true or false, got 1.');
    wrong({ out: 3 }, 'ddim: out must be text, got 3.');
  });

  test('a choice that is none suggests the nearest', () => {
    wrong(
      { spacing: 'trialing' },
      'ddim: spacing must be one of leading, trailing, got "trialing". Did you mean "trailing"?',
    );
    const device = { device: choice(['cpu', 'webgpu'], { default: 'cpu', help: '' }) };
    assert.throws(() => resolve('node', device, { device: 'gpu' } as never), {
      message: 'node: device must be one of cpu, webgpu, got "gpu". Did you mean "webgpu"?',
    });
  });

  test('an unknown option suggests the nearest', () => {
    wrong({ etta: 1 }, 'ddim has no option etta. Did you mean "eta"? It has: eta, count, limit, spacing, clip, out.');
    wrong({ zzzzzzzz: 1 }, 'ddim has no option zzzzzzzz. It has: eta, count, limit, spacing, clip, out.');
    assert.throws(() => resolve('euler', {}, { eta: 1 } as never), {
      message: 'euler has no option eta. It has: none.',
    });
    assert.throws(() => resolve('euler', {}, { toString: 1 } as never), { code: 'bad-option' });
  });

  test('descriptions say what is accepted', () => {
    assert.deepEqual(Object.values(specs).map(describeOption), [
      'a number in [0, 1]',
      'an integer ≥ 1',
      'a number',
      'one of leading, trailing',
      'true or false',
      'text',
    ]);
  });
});

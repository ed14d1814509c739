import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { numbers } from '../../test/numbers.js';
import type { Level } from '../diffusion/level.js';
import type { GuidanceName } from './guidance/index.js';
import { guidedPath } from './guided-path.js';
import type { Denoiser, VarianceDenoiser } from './sampler.js';
import type { Choice } from './scheme.js';

const level: Level = { alpha: 0.6, sigma: 0.8 };
const says =
  (value: number): Denoiser<number> =>
  async () =>
    value;
const roles = { conditional: says(2), unconditional: says(1), weak: says(1.5), gradient: says(0.3) };
const at = (...choices: readonly Choice<GuidanceName>[]): Promise<number> =>
  guidedPath({ choices, roles, space: numbers }).denoise(0, level);

suite('guidedPath', () => {
  test('without choices it is the conditional denoiser itself', () => {
    const path = guidedPath({ choices: [], roles, space: numbers });
    assert.equal(path.denoise, roles.conditional);
    assert.deepEqual(path.landings, []);
  });

  test('each goes around what the ones before it made', async () => {
    const free = { name: 'classifier-free', options: { scale: 3 } } as const;
    const auto = { name: 'autoguidance', options: { scale: 2 } } as const;
    assert.equal(await at(free), 1 + 3 * (2 - 1));
    assert.equal(await at(free, auto), 1.5 + 2 * (4 - 1.5)); // what autoguidance calls the model is guided already
    assert.equal(await at(auto, free), 1 + 3 * (2.5 - 1));
    const climb = { name: 'classifier-score', options: { scale: 0.5 } } as const;
    assert.ok(Math.abs((await at(free, climb)) - (4 + 0.5 * (0.64 / 0.6) * 0.3)) < 1e-12, 'the gradient is added last');
    const off = { name: 'interval', options: { low: 2 } } as const;
    assert.equal(await at(free, off, climb), await at(climb)); // outside of the interval the plain model is climbed from
    assert.equal(await at(free, climb, off), 2);
  });

  test('a second output stays that of the conditional model, out of one question', async () => {
    let asked = 0;
    const estimate: VarianceDenoiser<number>['estimate'] = async () => {
      asked += 1;
      return { denoised: 2, variance: 7 };
    };
    const conditional = Object.assign(says(99), { estimate });
    const choices = [{ name: 'classifier-free', options: { scale: 3 } }] as const;
    const { denoise } = guidedPath({ choices, roles: { ...roles, conditional }, space: numbers });
    assert.deepEqual(await (denoise as VarianceDenoiser<number>).estimate(0, level), { denoised: 4, variance: 7 });
    assert.equal(asked, 1);
    assert.equal(await denoise(0, level), 4);
  });

  test('the plain model is asked once for several that want it', async () => {
    let asked = 0;
    const conditional: Denoiser<number> = async (x) => {
      asked += 1;
      return x + 2;
    };
    const choices = [{ name: 'classifier-free', options: { scale: 3 } }, { name: 'rescale' }] as const;
    const { denoise } = guidedPath({ choices, roles: { ...roles, conditional }, space: numbers });
    await denoise(0, level);
    assert.equal(asked, 1);
  });

  test('what does not fit is said', () => {
    assert.throws(
      () => guidedPath({ choices: [{ name: 'autoguidance' }], roles: { conditional: says(1) }, space: numbers }),
      {
        code: 'missing-role',
        message: 'autoguidance asks conditional, weak, space, and weak was not given.',
      },
    );
    assert.throws(
      () => guidedPath({ choices: [{ name: 'cfg++' }, { name: 'classifier-score' }], roles, space: numbers }),
      {
        code: 'bad-option',
        message:
          'classifier-score cannot be put around guidance that changes the path (cfg++, classifier-mean). Leave one of them out.',
      },
    );
  });
});

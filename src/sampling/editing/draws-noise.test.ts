import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ddim, ddpm, dpmpp2mSde, euler, heun, lcm } from '../samplers/index.js';
import { drawsNoise } from './draws-noise.js';

suite('drawsNoise', () => {
  const walks = [
    [ddim(), false],
    [ddim({ eta: 0.2 }), true],
    [euler(), false],
    [heun(), false],
    [heun({ sChurn: 1 }), true],
    [ddpm(), true],
    [ddpm({ variance: 'learned' }), true],
    [dpmpp2mSde(), true],
    [dpmpp2mSde({ eta: 0 }), false],
    [lcm(), true],
  ] as const;
  for (const [sampler, expected] of walks) {
    test(`${sampler.name} ${JSON.stringify(sampler.options)}`, async () => {
      assert.equal(await drawsNoise({ sampler, steps: [1.2, 1, 0.5, 0] }), expected);
    });
  }
});

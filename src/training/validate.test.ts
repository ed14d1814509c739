import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { randomPictures } from '../../test/training-fixtures.js';
import { floats } from '../core/host-array.js';
import { key } from '../core/random.js';
import { gather } from '../data/index.js';
import { cosine, epsilon, grid, type Prediction, simple, v, x0 } from '../diffusion/index.js';
import { add, input, mean, mul, square, sub } from '../graph/index.js';
import { initialise, presetConfig, unet2d } from '../nn/index.js';
import { createRuntime } from '../runtime/node.js';
import { referenceRuntime } from '../runtime/reference.js';
import type { Runtime } from '../runtime/runtime.js';
import { denoisingObjective } from './denoising.js';
import type { Objective } from './update.js';
import { createValidator, type ValidatorOptions } from './validate.js';

const data = randomPictures({ count: 9, classes: 3 });
const usual = {
  ...{ data, indices: [0, 2, 3, 5, 8], loss: simple(), grid: grid({ schedule: cosine() }), prediction: v },
  ...{ nullLabel: null, bins: 4 },
};

const shown = usual.indices.flatMap((i) => [...gather(data, [i]).x.data]);
const meanSquare = shown.reduce((sum, value) => sum + value ** 2, 0) / shown.length;

/** A network of one number: F(x) = s·x. */
const scaled = (batch: number): Objective => ({
  parameters: new Map([['s', []]]),
  losses(parameter) {
    const [x, target] = ['x', 'target'].map((name) => input(name, [batch, 3, 8, 8]));
    const error = mean(square(sub(mul(x!, parameter('s')), target!)), { axes: [1, 2, 3] });
    const unused = mul(input('t', [batch]), 0);
    return add(mul(error, input('weight', [batch])), unused);
  },
});

interface Measured extends Partial<Omit<ValidatorOptions, 'objective' | 'runtime'>> {
  readonly runtime: Runtime;
  readonly batch: number;
}

async function measureScaled({ batch, ...given }: Measured) {
  using validator = await createValidator({ ...usual, objective: scaled(batch), batch, ...given });
  return await validator.measure(new Map([['s', floats([], [0.3])]]));
}

suite('held-out loss', () => {
  const runtime = referenceRuntime();

  test('is the same every time and at every batch size', async () => {
    const expected = await measureScaled({ runtime, batch: 1 });
    assert.equal(expected.pictures, 5);
    for (const batch of [1, 2, 3, 5, 7, 64]) assert.deepEqual(await measureScaled({ runtime, batch }), expected);
  });

  test('so it is for a U-Net on the engine, up to the engine’s rounding', async () => {
    const network = unet2d(presetConfig('tiny', { classes: 3 }));
    const values = initialise(network.params, key(1));
    const engine = createRuntime({ threads: 1 });
    const measure = async (batch: number) => {
      const objective = denoisingObjective({ network, batch, picture: [3, 8, 8], conditional: true, training: false });
      using validator = await createValidator({ ...usual, runtime: engine, objective, batch, nullLabel: 3 });
      return await validator.measure(values);
    };
    const [one, three, eight] = [await measure(1), await measure(3), await measure(8)];
    for (const other of [three, eight]) {
      for (const [bin, loss] of one.byLevel.entries()) assert.ok(Math.abs(other.byLevel[bin]! / loss - 1) < 1e-6);
      assert.ok(Math.abs(other.mean / one.mean - 1) < 1e-6);
    }
  });

  test('its mean is that of the parts of the noise axis', async () => {
    const { mean: total, byLevel } = await measureScaled({ runtime, batch: 4 });
    assert.ok(Math.abs(total - byLevel.reduce((a, b) => a + b) / 4) < 1e-12);
    assert.ok(byLevel.every((loss) => loss > 0));
  });

  test('networks that say the same by other predictions have the same loss, that of v', async () => {
    const one = grid({ schedule: cosine(), count: 3 });
    const level = one.level(1);
    const only = { ...usual, runtime, grid: { ...one, count: 1, level: () => level }, bins: 1 };
    const lossOf = async (prediction: Prediction, s: number): Promise<number> => {
      using validator = await createValidator({ ...only, objective: scaled(5), batch: 5, prediction });
      return (await validator.measure(new Map([['s', floats([], [s])]]))).mean;
    };
    const expected = await lossOf(v, 0.3); // v = 0.3·x, so ε = σ·x + α·v and x₀ = α·x − σ·v
    const { alpha, sigma } = level;
    assert.ok(Math.abs((await lossOf(epsilon, sigma + 0.3 * alpha)) / expected - 1) < 1e-5);
    assert.ok(Math.abs((await lossOf(x0, alpha - 0.3 * sigma)) / expected - 1) < 1e-5);
    const silent = await lossOf(v, 0); // predicts neither noise nor data: v itself is the error
    assert.ok(Math.abs(silent - alpha ** 2 - sigma ** 2 * meanSquare) < 0.1 * silent);
  });

  test('looks at some of many pictures, evenly spread', async () => {
    const indices = Int32Array.from({ length: 9 }, (_, i) => i);
    const some = await measureScaled({ runtime, batch: 2, indices, most: 3 });
    assert.equal(some.pictures, 3);
    assert.deepEqual(some, await measureScaled({ runtime, batch: 2, indices: [0, 3, 6] }));
  });

  test('stops when told to', async () => {
    using validator = await createValidator({ ...usual, runtime, objective: scaled(2), batch: 2 });
    const reason = new Error('enough');
    await assert.rejects(validator.measure(new Map([['s', floats([])]]), AbortSignal.abort(reason)), reason);
  });
});

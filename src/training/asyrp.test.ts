import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats, type HostArray } from '../core/host-array.js';
import { fold, gaussians, key } from '../core/random.js';
import { cosine, grid, type Precondition } from '../diffusion/index.js';
import { classifier, deltaNet, initialise, presetConfig, unet2d } from '../nn/index.js';
import { createRuntime } from '../runtime/node.js';
import { type AsyrpOptions, asyrpFeeds, asyrpGradients, asyrpObjective, asyrpPath } from './asyrp.js';
import { adamw } from './optimizers/index.js';
import { createStepper } from './stepper.js';

const runtime = createRuntime({ threads: 1 });
const network = unet2d(presetConfig('tiny', { classes: 3 }));
const values = initialise(network.params, key(1));
const delta = deltaNet({ channels: 16, timeFeatures: 32, groups: 4 });
const judged = classifier({
  num_classes: 3,
  block_out_channels: [8, 16],
  num_features: 8,
  norm_num_groups: 4,
  target: 'attributes',
});
const judge = { network: judged, values: initialise(judged.params, key(3)), output: 1 };
const levels = grid({ schedule: cosine() });
const precondition: Precondition = ({ alpha, sigma }) => ({ cSkip: alpha, cOut: -sigma, cIn: 1, cNoise: 1000 * sigma });
const noise = (name: string, shape: readonly number[]): HostArray<'float32'> =>
  floats(
    shape,
    gaussians(
      fold(key(4), name),
      shape.reduce((product, n) => product * n, 1),
    ),
  );
const options: AsyrpOptions = {
  ...{ network, values, conditional: true, delta, tap: 'mid_block', batch: 2, picture: [3, 8, 8], judge },
  ...{ attribute: 1, keep: 0.3, pairs: 0.5 },
};
const feeds = asyrpFeeds({
  x: noise('x', [2, 3, 8, 8]),
  levels: [levels.level(600), levels.level(300)],
  precondition,
  labels: [0, 3],
  target: noise('target', [2, 3, 8, 8]),
});
/** A delta network somewhere, not at its first values, where its last layer hides the rest. */
const somewhere = new Map([...initialise(delta.params, key(2))].map(([path, { shape }]) => [path, noise(path, shape)]));
const named = (parameters: ReadonlyMap<string, HostArray<'float32'>>) =>
  Object.fromEntries([...parameters].map(([path, value]) => [`param/${path}`, value]));

suite('asyrp', () => {
  test('gradients of the delta network against central differences', async () => {
    using run = await runtime.compile(asyrpGradients(options));
    const at = async (parameters: ReadonlyMap<string, HostArray<'float32'>>) =>
      run.run({ ...feeds, ...named(parameters) });
    const results = await at(somewhere);
    for (const [path, value] of somewhere) {
      // Along one random direction of every parameter: float32 sees a derivative of a mean better than of an entry.
      const way = gaussians(fold(key(6), path), value.data.length);
      const length = Math.sqrt(way.reduce((sum, v) => sum + v * v, 0));
      const step = 2e-2;
      const moved = (sign: number) =>
        new Map(somewhere).set(
          path,
          floats(
            value.shape,
            value.data.map((v, i) => v + (sign * step * way[i]!) / length),
          ),
        );
      const [up, down] = [await at(moved(1)), await at(moved(-1))];
      const difference = (Number(up['loss']!.data[0]) - Number(down['loss']!.data[0])) / (2 * step);
      const gradient = results[`grad/${path}`]!.data as Float32Array;
      const product = gradient.reduce((sum, g, i) => sum + (g * way[i]!) / length, 0);
      const error = Math.abs(product - difference);
      assert.ok(error < 1e-4 + 0.03 * Math.abs(difference), `${path}: ${product}, differences say ${difference}`);
      assert.ok(path === 'conv1.bias' || Math.abs(product) > 1e-6, `${path} has a gradient: ${product}`);
    }
  });

  test('a fresh function edits nothing: only the judge and the pair are left of the loss', async () => {
    const fresh = initialise(delta.params, key(2));
    const lossOf = async (weights: Partial<AsyrpOptions>): Promise<number> => {
      using run = await runtime.compile(asyrpGradients({ ...options, ...weights }));
      const { target, ...rest } = feeds;
      const fed = weights.pairs === 0 ? rest : { ...rest, target: target! };
      return Number((await run.run({ ...fed, ...named(fresh) }))['loss']!.data[0]);
    };
    const [all, without] = [await lossOf({}), await lossOf({ keep: 0 })];
    assert.equal(all, without);
    const parts = (await lossOf({ keep: 0, pairs: 0 })) + (await lossOf({ keep: 0, attribute: 0 }));
    assert.ok(Math.abs(all - parts) < 1e-6, `${all} and ${parts}`);
  });

  test('training makes the attribute likelier, and λ keeps the picture', async () => {
    const train = async (keep: number) => {
      const objective = asyrpObjective({ ...options, keep, pairs: 0 });
      const initial = initialise(delta.params, key(2));
      using stepper = await createStepper({
        ...{ runtime, objective, initial, optimizer: adamw({ weightDecay: 0 }), clip: true, ema: false, accumulate: 1 },
      });
      const { target: _, ...fed } = feeds;
      const first = await stepper.step([fed], { lr: 0.01 });
      for (let i = 0; i < 30; i++) await stepper.step([fed], { lr: 0.01 });
      const last = await stepper.step([fed], { lr: 0 });
      const size = Math.sqrt(
        stepper
          .read('p')
          .get('conv2.weight')!
          .data.reduce((sum, v) => sum + v * v, 0),
      );
      return { first: first.loss, last: last.loss, size };
    };
    const [free, kept] = [await train(0), await train(1e3)];
    assert.ok(free.last < free.first, `loss ${free.first} → ${free.last}`);
    assert.ok(kept.size < 0.5 * free.size, `${kept.size} with λ, ${free.size} without`);
  });

  test('the path: a step is α′·P̃ + σ′·(x − α·P)/σ, and DDIM where nothing is edited', async () => {
    using path = await asyrpPath({ ...options, runtime });
    const [from, to] = [levels.level(600), levels.level(400)];
    const x = noise('x', [2, 3, 8, 8]);
    const step = { x, from, to, precondition, labels: [0, 3] };
    const plain = await path.next({ ...step, parameters: initialise(delta.params, key(2)) });
    const edited = await path.next({ ...step, parameters: somewhere });
    // P and P̃ out of the steps themselves: with α′ = 0 only the unedited P is left, σ′·(x − α·P)/σ.
    const away = await path.next({ ...step, to: { alpha: 0, sigma: 1 }, parameters: somewhere });
    const P = x.data.map((value, i) => (value - from.sigma * away.data[i]!) / from.alpha);
    const onto = await path.next({ ...step, to: { alpha: 1, sigma: 0 }, parameters: somewhere }); // P̃
    for (const [i, value] of x.data.entries()) {
      const noisePart = (to.sigma * (value - from.alpha * P[i]!)) / from.sigma;
      assert.ok(Math.abs(plain.data[i]! - (to.alpha * P[i]! + noisePart)) < 1e-4, `DDIM at ${i}`);
      assert.ok(Math.abs(edited.data[i]! - (to.alpha * onto.data[i]! + noisePart)) < 1e-4, `asymmetric at ${i}`);
    }
    assert.ok(
      edited.data.some((value, i) => Math.abs(value - plain.data[i]!) > 1e-3),
      'the edit is seen',
    );
  });

  test('errors', () => {
    assert.throws(() => asyrpObjective({ ...options, judge: null, pairs: 0 }), {
      code: 'bad-option',
      message:
        'asyrpObjective: nothing says what is wanted. Give a judge and a weight for attribute, or a weight for pairs.',
    });
    assert.throws(() => asyrpGradients({ ...options, judge: { ...judge, output: 3 } }), {
      code: 'bad-option',
      message: 'asyrp: the judge has outputs 0 to 2, asked for 3.',
    });
    assert.throws(() => asyrpGradients({ ...options, tap: 'middle' }), {
      code: 'no-tap',
      message: 'asyrp: the network has no tap "middle".',
    });
  });
});

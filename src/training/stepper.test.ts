import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { givenGradients, single } from '../../test/training-fixtures.js';
import { floats, type HostArray, int64s, type Shape, sizeOf } from '../core/host-array.js';
import { fold, gaussians, key } from '../core/random.js';
import {
  add,
  conv2d,
  grad,
  groupNorm,
  input,
  mean,
  mul,
  sign,
  silu,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from '../graph/index.js';
import { createRuntime } from '../runtime/node.js';
import { referenceRuntime } from '../runtime/reference.js';
import type { Feeds } from '../runtime/runtime.js';
import { defineOptimizer } from './optimizer.js';
import { adamw } from './optimizers/index.js';
import { createStepper, type Stepper } from './stepper.js';
import type { Objective, UpdateOptions } from './update.js';

type Values = Map<string, HostArray<'float32'>>;

const random = (shape: Shape, label: string) => floats(shape, gaussians(fold(key(21), label), sizeOf(shape)));

/** conv → group norm → silu → conv against a target: parameters of several shapes, a loss per picture. */
const shapes = new Map<string, Shape>([
  ['in.weight', [4, 2, 3, 3]],
  ['norm.weight', [4]],
  ['norm.bias', [4]],
  ['out.weight', [2, 4, 1, 1]],
  ['out.bias', [2]],
]);
const initial: Values = new Map([...shapes].map(([name, shape]) => [name, random(shape, name)]));

function lossesOf(batch: number, parameter: (name: string) => Tensor): Tensor {
  const [x, target] = [input('x', [batch, 2, 5, 5]), input('target', [batch, 2, 5, 5])];
  const hidden = conv2d(x, parameter('in.weight'), { padding: 1 });
  const active = silu(groupNorm(hidden, parameter('norm.weight'), parameter('norm.bias'), { groups: 2 }));
  const y = conv2d(active, parameter('out.weight'), parameter('out.bias'));
  return mean(square(sub(y, target)), { axes: [1, 2, 3] });
}

const objectiveOf = (batch: number): Objective => ({
  parameters: shapes,
  losses: (parameter) => lossesOf(batch, parameter),
});

/** Pictures `from` … `from + count − 1` of an endless row of them. */
const batchOf = (from: number, count: number): Feeds => {
  const rows = (label: string) =>
    floats(
      [count, 2, 5, 5],
      Float32Array.from(Array.from({ length: count }, (_, i) => [...random([50], `${label} ${from + i}`).data]).flat()),
    );
  return { x: rows('x'), target: rows('target') };
};

const runtimes = [referenceRuntime(), createRuntime({ threads: 1 })];

interface Given extends Partial<UpdateOptions> {
  readonly batch?: number;
  readonly initial?: Values;
}

const build = ({ batch = 4, ...given }: Given = {}, runtime = runtimes[1]!): Promise<Stepper> =>
  createStepper({
    ...{ runtime, initial, objective: objectiveOf(batch), optimizer: adamw({ weightDecay: 0.1 }) },
    ...{ clip: true, ema: true, accumulate: 1 },
    ...given,
  });

const everything = (stepper: Stepper): Record<string, Values> =>
  Object.fromEntries(stepper.kinds.map((kind) => [kind, stepper.read(kind)]));

/** The largest difference between arrays of the same names, relative to the largest value of each. */
function apart(got: Values, expected: Values): number {
  assert.deepEqual([...got.keys()], [...expected.keys()]);
  return Math.max(
    ...[...expected].map(([name, { data }]) => {
      const scale = Math.max(...data.map(Math.abs), 1e-6);
      return Math.max(...data.map((value, i) => Math.abs(got.get(name)!.data[i]! - value))) / scale;
    }),
  );
}

suite('a step', () => {
  for (const runtime of runtimes) {
    test(`on ${runtime.name} is forward, backward, clipping, AdamW and averaging by hand`, async () => {
      using stepper = await build({}, runtime);
      const batch = batchOf(0, 4);
      const settings = { lr: 0.05, clip: 0.7, emaDecay: 0.6 };
      let [p, average] = [initial, initial];
      let [m, v] = [zeros(), zeros()];
      for (let step = 1; step <= 3; step++) {
        const { loss, losses, norm } = await stepper.step([batch], settings);
        const expected = await gradientsAt(p, batch);
        const size = Math.sqrt(
          [...expected.grads.values()].flatMap(({ data }) => [...data]).reduce((a, g) => a + g ** 2, 0),
        );
        const factor = Math.min(1, 0.7 / (size + 1e-6)); // as torch.nn.utils.clip_grad_norm_
        assert.ok(factor < 1, 'the case is one that clips');
        const g = valuesOf((name, i) => expected.grads.get(name)!.data[i]! * factor);
        m = valuesOf((name, i) => 0.9 * m.get(name)!.data[i]! + 0.1 * g.get(name)!.data[i]!);
        v = valuesOf((name, i) => 0.999 * v.get(name)!.data[i]! + 0.001 * g.get(name)!.data[i]! ** 2);
        const before = p;
        p = valuesOf((name, i) => {
          const [mHat, vHat] = [m.get(name)!.data[i]! / (1 - 0.9 ** step), v.get(name)!.data[i]! / (1 - 0.999 ** step)];
          return before.get(name)!.data[i]! * (1 - 0.05 * 0.1) - (0.05 * mHat) / (Math.sqrt(vHat) + 1e-8);
        });
        const last = average;
        average = valuesOf((name, i) => 0.6 * last.get(name)!.data[i]! + 0.4 * p.get(name)!.data[i]!);

        assert.ok(Math.abs(norm - size) < 1e-5 * size);
        assert.ok(Math.abs(loss - expected.loss) < 1e-5 * expected.loss);
        assert.equal(losses.length, 4);
        assert.ok(Math.abs(losses.reduce((a, b) => a + b) / 4 - loss) < 1e-5 * loss);
        assert.ok(apart(stepper.read('p'), p) < 2e-5, `parameters at step ${step}`);
        assert.ok(apart(stepper.read('ema'), average) < 2e-5, `average at step ${step}`);
      }
      assert.equal(stepper.steps, 3);
    });
  }

  test('a limit above the norm changes nothing, and a limit below makes the norm the limit', async () => {
    const objective = givenGradients(new Map([['p', [2]]]));
    const start: Values = new Map([['p', floats([2], [1, 1])]]);
    const gradients = { 'of/p': floats([2], [3, 4]) };
    const secondMoments = async (clip?: number): Promise<readonly number[]> => {
      using stepper = await build({ objective, initial: start, ema: false });
      const { norm } = await stepper.step([gradients], { lr: 0.1, ...(clip !== undefined && { clip }) });
      assert.equal(norm, 5);
      return [...stepper.read('v').get('p')!.data].map(Math.sqrt); // |g| after one step
    };
    assert.deepEqual(await secondMoments(), [3, 4]);
    assert.deepEqual(await secondMoments(6), [3, 4]);
    const [a, b] = await secondMoments(1);
    assert.ok(Math.abs(Math.hypot(a!, b!) - 1) < 1e-6 && Math.abs(a! / b! - 0.75) < 1e-6);
  });

  test('a limit that is not measured is not applied, and the norm is unknown', async () => {
    using stepper = await build({ clip: false });
    const { norm } = await stepper.step([batchOf(0, 4)], { lr: 0.01, clip: 1e-9 });
    assert.ok(Number.isNaN(norm));
    using measured = await build();
    await measured.step([batchOf(0, 4)], { lr: 0.01 });
    assert.ok(apart(stepper.read('p'), measured.read('p')) < 1e-6);
  });
});

suite('accumulation', () => {
  test('two halves are one whole, up to rounding', async () => {
    using whole = await build({ batch: 4 });
    using halves = await build({ batch: 2, accumulate: 2 });
    for (let step = 0; step < 3; step++) {
      const settings = { lr: 0.02, clip: 1, emaDecay: 0.5 };
      const one = await whole.step([batchOf(4 * step, 4)], settings);
      const two = await halves.step([batchOf(4 * step, 2), batchOf(4 * step + 2, 2)], settings);
      assert.ok(Math.abs(one.loss - two.loss) < 1e-5 * one.loss);
      assert.ok(Math.abs(one.norm - two.norm) < 1e-4 * one.norm);
      for (const [i, value] of one.losses.entries()) assert.ok(Math.abs(two.losses[i]! - value) < 1e-5 * value);
    }
    for (const kind of whole.kinds) assert.ok(apart(halves.read(kind), whole.read(kind)) < 1e-3, kind);
  });

  test('nothing is left over from one step to the next', async () => {
    using repeated = await build({ batch: 2, accumulate: 2 });
    using fresh = await build({ batch: 2, accumulate: 2 });
    const parts = [batchOf(0, 2), batchOf(2, 2)];
    await repeated.step(parts, { lr: 0 });
    const { norm } = await repeated.step(parts, { lr: 0 });
    assert.equal(norm, (await fresh.step(parts, { lr: 0 })).norm);
  });

  test('the number of batches is that of the stepper', async () => {
    using stepper = await build({ batch: 2, accumulate: 2 });
    await assert.rejects(stepper.step([batchOf(0, 2)], { lr: 0.1 }), {
      code: 'bad-batches',
      message: 'A step takes 2 batch(es), got 1.',
    });
  });
});

suite('what is not finite', () => {
  const bad = (batch: Feeds): Feeds => ({
    ...batch,
    target: floats([2, 2, 5, 5], new Float32Array(100).fill(Number.NaN)),
  });

  for (const accumulate of [1, 2]) {
    test(`a loss of NaN in one of ${accumulate} batches leaves everything as it was`, async () => {
      using stepper = await build({ batch: 2, accumulate });
      using clean = await build({ batch: 2, accumulate });
      const good = (step: number) => Array.from({ length: accumulate }, (_, i) => batchOf(4 * step + 2 * i, 2));
      for (const each of [stepper, clean]) await each.step(good(0), { lr: 0.02, emaDecay: 0.5 });
      const before = everything(stepper);
      const { loss } = await stepper.step([...good(1).slice(1), bad(batchOf(9, 2))], { lr: 0.02, emaDecay: 0.5 });
      assert.ok(Number.isNaN(loss));
      assert.equal(stepper.steps, 1);
      assert.deepEqual(everything(stepper), before);
      for (const each of [stepper, clean]) await each.step(good(2), { lr: 0.02, emaDecay: 0.5 });
      assert.deepEqual(everything(stepper), everything(clean));
    });
  }

  test('so does a gradient of infinity under a finite loss', async () => {
    // d√p/dp is infinite at p = 0.
    const objective = {
      parameters: new Map([['p', [1]]]),
      losses: (p: (name: string) => Tensor) => single(sum(sqrt(p('p')))),
    };
    using stepper = await build({ objective, initial: new Map([['p', floats([1])]]) });
    const before = everything(stepper);
    const { loss, norm } = await stepper.step([{}], { lr: 0.1 });
    assert.deepEqual([loss, norm], [0, Infinity]);
    assert.equal(stepper.steps, 0);
    assert.deepEqual(everything(stepper), before);
  });
});

suite('state', () => {
  test('what is read is a copy, and what is written is used', async () => {
    using stepper = await build();
    const values = stepper.read('p');
    for (const { data } of values.values()) data.fill(7);
    assert.deepEqual(stepper.read('p'), initial);
    stepper.write('p', values);
    stepper.setSteps(41);
    for (const { data } of values.values()) data.fill(8);
    assert.ok([...stepper.read('p').values()].every(({ data }) => data.every((value) => value === 7)));
    assert.equal(stepper.steps, 41);
    assert.deepEqual(stepper.read('ema'), initial);
  });

  test('a stepper that is given the state of another goes on like it, to the bit', async () => {
    using one = await build();
    using other = await build();
    const settings = { lr: 0.02, clip: 1, emaDecay: 0.9 };
    for (let step = 0; step < 2; step++) await one.step([batchOf(4 * step, 4)], settings);
    for (const kind of one.kinds) other.write(kind, one.read(kind));
    other.setSteps(one.steps);
    for (let step = 2; step < 4; step++) {
      const outcomes = await Promise.all([one, other].map((each) => each.step([batchOf(4 * step, 4)], settings)));
      assert.deepEqual(outcomes[0], outcomes[1]);
    }
    assert.deepEqual(everything(other), everything(one));
  });

  test('values that do not fit are refused and change nothing', async () => {
    using stepper = await build();
    const refuses = (kind: string, values: ReadonlyMap<string, HostArray>, message: string): void =>
      assert.throws(() => stepper.write(kind, values as Values), { code: 'bad-state', message });
    const ones: Values = new Map(
      [...shapes].map(([name, shape]) => [name, floats(shape, new Float32Array(sizeOf(shape)).fill(1))]),
    );
    refuses('m', new Map([...ones].slice(0, -1)), '"out.bias" needs m of float32[2], got nothing.');
    refuses('p', new Map([...ones, ['out.bias', floats([3])]]), '"out.bias" needs p of float32[2], got float32[3].');
    refuses(
      'p',
      new Map<string, HostArray>([...ones, ['out.bias', int64s([2], [1, 2])]]),
      '"out.bias" needs p of float32[2], got int64[2].',
    );
    refuses('q', ones, 'This stepper holds p, m, v, ema, and no "q".');
    assert.throws(() => stepper.read('q'), { message: 'This stepper holds p, m, v, ema, and no "q".' });
    assert.deepEqual(stepper.read('p'), initial);
  });

  test('first values must be complete', async () => {
    await assert.rejects(build({ initial: new Map([...initial].slice(1)) }), {
      message: '"in.weight" needs p of float32[4, 2, 3, 3], got nothing.',
    });
  });

  test('after the end it says so', async () => {
    const stepper = await build();
    stepper[Symbol.dispose]();
    await assert.rejects(stepper.step([batchOf(0, 4)], { lr: 0.1 }), { code: 'closed' });
  });
});

const valuesOf = (f: (name: string, i: number) => number): Values =>
  new Map(
    [...shapes].map(([name, shape]) => [
      name,
      floats(
        shape,
        Float32Array.from({ length: sizeOf(shape) }, (_, i) => f(name, i)),
      ),
    ]),
  );
const zeros = (): Values => valuesOf(() => 0);

/** Loss and gradients by the reference interpreter alone. */
async function gradientsAt(values: Values, batch: Feeds): Promise<{ readonly loss: number; readonly grads: Values }> {
  const inputs = new Map([...shapes].map(([name, shape]) => [name, input(name, shape)]));
  const loss = mean(lossesOf(4, (name) => inputs.get(name)!));
  const grads = grad(loss, [...inputs.values()]);
  const names = [...shapes.keys()];
  const outputs = { loss: mul(loss, 1), ...Object.fromEntries(names.map((name, i) => [`d ${name}`, grads[i]!])) };
  using executable = await referenceRuntime().compile({ outputs });
  const results = await executable.run({ ...Object.fromEntries(values), ...batch });
  return {
    loss: Number(results['loss']!.data[0]),
    grads: new Map(names.map((name) => [name, results[`d ${name}`] as HostArray<'float32'>])),
  };
}

/**
 * Reads its slot in two places: the step looks along β₁·m + (1 − β₁)·g, the memory keeps β₂·m + (1 − β₂)·g.
 * Chen et al. 2023 (arXiv:2302.06675).
 */
const lion = defineOptimizer({
  name: 'lion',
  options: {},
  slots: ['m'],
  scalars: ({ lr }) => ({ lr }),
  update({ p, g, slots: { m }, scalars: { lr } }) {
    const direction = sign(add(mul(m, 0.9), mul(g, 0.1)));
    return { p: sub(p, mul(direction, lr)), slots: { m: add(mul(m, 0.99), mul(g, 0.01)) } };
  },
});

suite('an optimiser that reads a slot in two places', () => {
  test('is not written in place: the engine agrees with the interpreter', async () => {
    const ends = await Promise.all(
      runtimes.map(async (runtime) => {
        using stepper = await build({ optimizer: lion(), clip: false }, runtime);
        for (let step = 0; step < 4; step++) await stepper.step([batchOf(4 * step, 4)], { lr: 0.01, emaDecay: 0.5 });
        return everything(stepper);
      }),
    );
    for (const kind of ['p', 'm', 'ema']) assert.ok(apart(ends[1]![kind]!, ends[0]![kind]!) < 1e-4, kind);
  });
});

suite('more parameters than one block holds', () => {
  /** Five numbers over and over: whatever cuts the row, each must move like its twin in a stepper of five. */
  const long = new Map<string, Shape>([
    ['a', [300_000]],
    ['b', [17, 15_000]],
    ['c', [5]],
  ]);
  const short = new Map<string, Shape>([['c', [5]]]);
  const repeated = (of: ReadonlyMap<string, Shape>, label: string): Values => {
    const five = random([5], label).data;
    return new Map(
      [...of].map(([name, at]) => [
        name,
        floats(
          at,
          Float32Array.from({ length: sizeOf(at) }, (_, i) => five[i % 5]!),
        ),
      ]),
    );
  };

  for (const optimizer of [adamw(), lion()]) {
    test(`${optimizer.name} moves every element alike`, async () => {
      const ends = [];
      for (const of of [long, short]) {
        const given = { objective: givenGradients(of), initial: repeated(of, 'p'), optimizer, clip: false };
        using stepper = await build(given);
        for (let step = 0; step < 3; step++) {
          const gradients = [...repeated(of, `g ${step}`)].map(([name, g]) => [`of/${name}`, g] as const);
          await stepper.step([Object.fromEntries(gradients)], { lr: 0.1, emaDecay: 0.5 });
        }
        ends.push(everything(stepper));
      }
      const [many, few] = ends as [Record<string, Values>, Record<string, Values>];
      for (const [kind, values] of Object.entries(many)) {
        const five = few[kind]!.get('c')!.data;
        for (const [name, { data }] of values) {
          const odd = data.findIndex((value, i) => value !== five[i % 5]);
          assert.equal(odd, -1, `${kind} of ${name} differs at ${odd}`);
        }
      }
    });
  }
});

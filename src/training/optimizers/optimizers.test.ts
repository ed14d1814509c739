import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { givenGradients, single } from '../../../test/training-fixtures.js';
import { floats, type HostArray, type Shape, sizeOf } from '../../core/host-array.js';
import { add, constant, mul, nodesOf, slice, square, sub, sum, type Tensor, topological } from '../../graph/index.js';
import { createRuntime } from '../../runtime/node.js';
import { referenceRuntime } from '../../runtime/reference.js';
import type { Optimizer } from '../optimizer.js';
import { createStepper } from '../stepper.js';
import { type Objective, updateGraphs } from '../update.js';
import { adamw, optimizers } from './index.js';

/** Where to begin and what to make small. */
interface Problem {
  readonly start: readonly number[];
  readonly loss: (p: Tensor) => Tensor;
  readonly steps: number;
  /** The share of the first loss that may be left. */
  readonly left: number;
}

const at = (p: Tensor, i: number): Tensor => slice(p, { axes: [0], starts: [i], ends: [i + 1] });

const problems: Readonly<Record<string, Problem>> = {
  'a quadratic of condition 100': {
    start: [1, -2, 3],
    loss: (p) => sum(mul(square(p), constant(floats([3], [0.1, 1, 10])))),
    steps: 300,
    left: 0.01,
  },
  // (1 − x)² + 100·(y − x²)². Rosenbrock 1960 (The Computer Journal 3:3).
  "Rosenbrock's valley": {
    start: [-1.2, 1],
    loss: (p) => sum(add(square(sub(1, at(p, 0))), mul(square(sub(at(p, 1), square(at(p, 0)))), 100))),
    steps: 600,
    left: 0.1,
  },
};

const problemOf = ({ start, loss }: Problem): { objective: Objective; initial: Map<string, HostArray<'float32'>> } => ({
  objective: { parameters: new Map([['p', [start.length]]]), losses: (parameter) => single(loss(parameter('p'))) },
  initial: new Map([['p', floats([start.length], start)]]),
});

const usual = { clip: true, ema: false, accumulate: 1 };

/** What every optimiser promises. */
for (const name of optimizers.names) {
  const create = optimizers.entries[name];
  const { definition } = create;

  suite(`optimiser ${name}`, () => {
    for (const [label, problem] of Object.entries(problems)) {
      test(`goes down ${label}`, async () => {
        const { objective, initial } = problemOf(problem);
        const runtime = referenceRuntime();
        using stepper = await createStepper({ runtime, objective, initial, optimizer: create(), ...usual });
        const { loss: first } = await stepper.step([{}], { lr: 0.03 });
        let last = first;
        for (let i = 1; i < problem.steps; i++) ({ loss: last } = await stepper.step([{}], { lr: 0.03 }));
        assert.ok(last < problem.left * first, `from ${first} to ${last}`);
      });
    }

    test('keeps state of the shape of every parameter, zero at the start and finite afterwards', async () => {
      const parameters = new Map<string, Shape>([
        ['a', [2, 3]],
        ['b', []],
        ['c', [70_000]],
      ]); // prettier-ignore
      const initial = new Map([...parameters].map(([key, shape]) => [key, floats(shape)]));
      const feeds = Object.fromEntries(
        [...parameters].map(([key, shape]) => [`of/${key}`, floats(shape, new Float32Array(sizeOf(shape)).fill(0.5))]),
      );
      const objective = givenGradients(parameters);
      const runtime = createRuntime({ threads: 1 });
      using stepper = await createStepper({ runtime, objective, initial, optimizer: create(), ...usual });
      assert.deepEqual(stepper.kinds, ['p', ...definition.slots]);
      for (const slot of definition.slots) {
        for (const [key, value] of stepper.read(slot)) assert.deepEqual(value, floats(parameters.get(key)!));
      }
      await stepper.step([feeds], { lr: 0.1 });
      for (const kind of stepper.kinds) {
        for (const [key, { shape, data }] of stepper.read(kind)) {
          assert.deepEqual(shape, parameters.get(key));
          assert.ok(
            data.every((value) => Number.isFinite(value) && value === data[0]),
            `${kind} of ${key}`,
          );
          assert.ok(kind !== 'p' || data[0]! < 0, 'a positive gradient lowers');
        }
      }
    });

    test('a gradient of zero leaves finite numbers', async () => {
      const { objective, initial } = { objective: givenGradients(new Map([['p', [2]]])), initial: pair(1, -1) };
      const runtime = createRuntime({ threads: 1 });
      using stepper = await createStepper({ runtime, objective, initial, optimizer: create(), ...usual });
      for (let i = 0; i < 3; i++) await stepper.step([{ 'of/p': floats([2]) }], { lr: 0.1 });
      for (const kind of stepper.kinds) assert.ok(stepper.read(kind).get('p')!.data.every(Number.isFinite), kind);
    });

    test('a rate of zero moves nothing', async () => {
      const { objective, initial } = { objective: givenGradients(new Map([['p', [2]]])), initial: pair(1, -1) };
      const runtime = createRuntime({ threads: 1 });
      using stepper = await createStepper({ runtime, objective, initial, optimizer: create(), ...usual });
      await stepper.step([{ 'of/p': floats([2], [3, 4]) }], { lr: 0 });
      assert.deepEqual(stepper.read('p'), initial);
    });

    test('no state is read after its next value has been written, so that both may share memory', () => {
      const objective = givenGradients(new Map([['p', [2]]]));
      for (const ema of [false, true]) {
        const graph = updateGraphs({ objective, optimizer: create(), clip: true, ema, accumulate: 1 }).apply;
        for (const [output, tensor] of Object.entries(graph.outputs)) {
          const kind = output.slice('next/'.length);
          const before = new Set(topological([tensor]));
          for (const node of nodesOf(graph)) {
            const reads = node.inputs.some((x) => x.node.attributes['name'] === kind);
            assert.ok(!reads || before.has(node), `${node.op.name} reads ${kind} and is no part of ${output}`);
          }
        }
      }
    });
  });
}

const pair = (a: number, b: number) => new Map([['p', floats([2], [a, b])]]);

interface Golden {
  readonly torch: string;
  readonly initial: { readonly a: readonly number[]; readonly b: readonly (readonly number[])[] };
  readonly cases: readonly GoldenCase[];
}

interface GoldenCase {
  readonly name: string;
  readonly options: Parameters<typeof adamw>[0];
  readonly rates: readonly number[];
  readonly scale: number;
  readonly clip: number | null;
  readonly steps: readonly { readonly norm: number; readonly a: readonly number[]; readonly b: readonly number[] }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../../test/golden/optimizers/adamw.json', import.meta.url), 'utf8'),
) as Golden;

suite(`adamw against torch ${golden.torch}`, () => {
  const shapes = new Map<string, Shape>([
    ['a', [3]],
    ['b', [2, 2]],
  ]); // prettier-ignore
  const initial = new Map([
    ['a', floats([3], golden.initial.a)],
    ['b', floats([2, 2], golden.initial.b.flat())],
  ]);
  /** The gradients that the script made. */
  const gradients = (step: number, scale: number) =>
    Object.fromEntries(
      [...shapes].map(([name, shape], k) => {
        const values = Array.from(
          { length: sizeOf(shape) },
          (_, i) => Math.sin(0.9 * step + 1.7 * i + 2.3 * k) * scale,
        );
        return [`of/${name}`, floats(shape, values)];
      }),
    );

  for (const runtime of [referenceRuntime(), createRuntime({ threads: 1 })]) {
    for (const { name, options, rates, scale, clip, steps } of golden.cases) {
      test(`${name}, on ${runtime.name}`, async () => {
        const optimizer: Optimizer = adamw(options);
        const objective = givenGradients(shapes);
        using stepper = await createStepper({ runtime, objective, initial, optimizer, ...usual });
        for (const [step, expected] of steps.entries()) {
          const { norm } = await stepper.step([gradients(step, scale)], { lr: rates[step]!, clip: clip ?? Infinity });
          near(norm, expected.norm, `norm at step ${step}`);
          const values = stepper.read('p');
          for (const key of ['a', 'b'] as const) {
            for (const [i, value] of values.get(key)!.data.entries()) {
              near(value, expected[key][i]!, `${key}[${i}] at step ${step}`);
            }
          }
        }
      });
    }
  }

  test('options that would divide by zero are refused', () => {
    const refuses = (options: Parameters<typeof adamw>[0], message: string): void =>
      assert.throws(() => adamw(options), { message });
    refuses({ beta1: 1 }, 'adamw: beta1 must be a number in [0, 0.999999], got 1.');
    refuses({ beta2: 1 }, 'adamw: beta2 must be a number in [0, 0.999999], got 1.');
    refuses({ eps: 0 }, 'adamw: eps must be a number ≥ 1e-30, got 0.');
  });
});

function near(got: number, expected: number, what: string): void {
  assert.ok(Math.abs(got - expected) <= 2e-6 * Math.max(0.1, Math.abs(expected)), `${what}: ${got}, torch ${expected}`);
}

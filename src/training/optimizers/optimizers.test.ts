import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { givenGradients, single } from '../../../test/training-fixtures.js';
import { floats, type Shape, sizeOf } from '../../core/host-array.js';
import {
  add,
  constant,
  input,
  matmul,
  mul,
  nodesOf,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  topological,
} from '../../graph/index.js';
import { createRuntime } from '../../runtime/node.js';
import { referenceRuntime } from '../../runtime/reference.js';
import type { Optimizer } from '../optimizer.js';
import { createStepper } from '../stepper.js';
import { type Objective, updateGraphs } from '../update.js';
import { adamw, muon, optimizers } from './index.js';
import { orthogonalized } from './muon.js';

/** Where to begin and what to make small. */
interface Problem {
  readonly shape?: Shape;
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
  // ‖A·p − B‖² for an A of condition 20.
  'a matrix between others': {
    shape: [8, 12],
    start: Array.from({ length: 96 }, (_, i) => Math.cos(i)),
    loss: (p) => sum(square(sub(matmul(constant(stretch), p), constant(wave)))),
    steps: 300,
    left: 0.02,
  },
};

const wave = floats(
  [8, 12],
  Array.from({ length: 96 }, (_, i) => Math.sin(0.7 * i)),
);
/** A diagonal from 1 to 20. */
const stretch = floats(
  [8, 8],
  Array.from({ length: 64 }, (_, i) => (i % 9 === 0 ? 20 ** (i / 63) : 0)),
);

function problemOf({ shape, start, loss }: Problem) {
  const own = shape ?? [start.length];
  const objective: Objective = {
    parameters: new Map([['p', own]]),
    losses: (parameter) => single(loss(parameter('p'))),
  };
  return { objective, initial: new Map([['p', floats(own, start)]]) };
}

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
        ['d', [8, 2, 3, 3]],
        ['e', [9, 8]],
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
        const held = [...parameters].filter(
          ([key, shape]) => !definition.matrices?.takes(key, shape) || definition.matrices.slots.includes(slot as 'm'),
        );
        assert.deepEqual([...stepper.read(slot).keys()].toSorted(), held.map(([key]) => key).toSorted());
      }
      await stepper.step([feeds], { lr: 0.1 });
      for (const kind of stepper.kinds) {
        for (const [key, { shape, data }] of stepper.read(kind)) {
          assert.deepEqual(shape, parameters.get(key));
          // The same gradient everywhere is a matrix of rank 1: what rounding leaves in the other directions is enlarged
          // by the slope of the iteration at 0, 3.4445⁵ = 485.
          const bound = definition.matrices?.takes(key, shape) && kind === 'p' ? 1e-3 : 0;
          assert.ok(
            data.every((value) => Math.abs(value - data[0]!) <= bound * Math.abs(data[0]!)),
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
      const parameters = new Map<string, Shape>([
        ['p', [2]],
        ['q', [8, 8]],
      ]); // prettier-ignore
      const objective = givenGradients(parameters);
      for (const ema of [false, true]) {
        const { moves } = updateGraphs({ objective, optimizer: create(), clip: true, ema, accumulate: 1 });
        assert.equal(moves.length, definition.matrices ? 2 : 1);
        for (const { graph } of moves) {
          for (const [output, tensor] of Object.entries(graph.outputs)) {
            const kind = output.slice('next/'.length);
            const before = new Set(topological([tensor]));
            for (const node of nodesOf(graph)) {
              const reads = node.inputs.some((x) => x.node.attributes['name'] === kind);
              assert.ok(!reads || before.has(node), `${node.op.name} reads ${kind} and is no part of ${output}`);
            }
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

const muonGolden = JSON.parse(
  readFileSync(new URL('../../../test/golden/optimizers/muon.json', import.meta.url), 'utf8'),
) as {
  readonly torch: string;
  readonly cases: readonly {
    readonly name: string;
    readonly options: Parameters<typeof muon>[0];
    readonly rates: readonly number[];
    readonly scale: number;
    readonly steps: readonly { readonly step: number; readonly a: readonly number[]; readonly b: readonly number[] }[];
  }[];
};

suite(`muon against torch ${muonGolden.torch}`, () => {
  // b as a convolution: a matrix of 18 rows of nine.
  const shapes = { a: [8, 12], b: [18, 1, 3, 3] } as const;
  /** The numbers that the script made. */
  const waves = (shape: Shape, phase: number, scale = 1) =>
    floats(
      shape,
      Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(phase + 1.7 * i + 0.37 * i * i) * scale),
    );

  for (const runtime of [referenceRuntime(), createRuntime({ threads: 1 })]) {
    for (const { name, options, rates, scale, steps } of muonGolden.cases) {
      test(`${name}, on ${runtime.name}`, async () => {
        const parameters = new Map<string, Shape>(Object.entries(shapes));
        using stepper = await createStepper({
          ...{ runtime, objective: givenGradients(parameters), optimizer: muon(options), ...usual },
          initial: new Map([...parameters].map(([key, shape], k) => [key, waves(shape, 5 + k)])),
        });
        for (const [step, lr] of rates.entries()) {
          const gradients = [...parameters].map(([key, shape], k) => [
            `of/${key}`,
            waves(shape, 0.9 * step + 2.3 * k, scale),
          ]);
          await stepper.step([Object.fromEntries(gradients)], { lr });
          const expected = steps.find((each) => each.step === step);
          for (const key of expected ? (['a', 'b'] as const) : []) {
            for (const [i, value] of stepper.read('p').get(key)!.data.entries()) {
              near(value, expected![key][i]!, `${key}[${i}] at step ${step}`);
            }
          }
        }
      });
    }
  }

  test('moves by AdamW what is no matrix: biases, embeddings, layers from or to few channels', async () => {
    const parameters = new Map<string, Shape>([
      ['bias', [16]],
      ['class_embedding.weight', [10, 16]],
      ['conv_out.weight', [3, 8, 3, 3]],
    ]);
    const initial = new Map([...parameters].map(([key, shape], k) => [key, waves(shape, k)]));
    const after = async (optimizer: Optimizer) => {
      const runtime = createRuntime({ threads: 1 });
      using stepper = await createStepper({
        ...{ runtime, objective: givenGradients(parameters), initial, optimizer, ...usual },
      });
      for (const step of [1, 2]) {
        const gradients = [...parameters].map(([key, shape]) => [`of/${key}`, waves(shape, step)]);
        await stepper.step([Object.fromEntries(gradients)], { lr: 0.1 });
      }
      return stepper.read('p');
    };
    assert.deepEqual(await after(muon()), await after(adamw()));
  });

  test('singular values go through the polynomial, and singular vectors stay', async () => {
    const values = [1, 0.8, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02];
    const total = Math.hypot(...values);
    const through = (s: number): number => 3.4445 * s - 4.775 * s ** 3 + 2.0315 * s ** 5;
    const moved = values.map((s) => Array.from({ length: 5 }).reduce<number>(through, s / total));
    for (const [rows, columns] of [
      [8, 13],
      [13, 8],
    ] as const) {
      const built = (diagonal: readonly number[]) =>
        floats(
          [1, rows, columns],
          Array.from({ length: rows * columns }, (_, at) => {
            const [i, j] = [Math.floor(at / columns), at % columns];
            return diagonal.reduce((sum, s, k) => sum + mirror(rows, i, k) * s * mirror(columns, k, j), 0);
          }),
        );
      const graph = { outputs: { o: orthogonalized(input('x', [1, rows, columns]), 5) } };
      for (const runtime of [referenceRuntime(), createRuntime({ threads: 1 })]) {
        const executable = await runtime.compile(graph);
        const { o } = await executable.run({ x: built(values) });
        executable.close();
        const expected = built(moved).data;
        for (const [i, value] of (o!.data as Float32Array).entries()) {
          assert.ok(Math.abs(value - expected[i]!) < 1e-4, `${rows}×${columns}: ${value}, not ${expected[i]}`);
        }
      }
    }
  });
});

/** Entry (i, j) of the reflection I − 2·w·wᵀ [n, n], which is orthogonal. */
function mirror(n: number, i: number, j: number): number {
  const w = Array.from({ length: n }, (_, k) => 1 + Math.cos(k));
  return Number(i === j) - (2 * w[i]! * w[j]!) / Math.hypot(...w) ** 2;
}

function near(got: number, expected: number, what: string, bound = 2e-6): void {
  assert.ok(
    Math.abs(got - expected) <= bound * Math.max(0.1, Math.abs(expected)),
    `${what}: ${got}, torch ${expected}`,
  );
}

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { bools, floats, int64s } from '../core/host-array.js';
import { add, cast, constant, exp, greater, groupNorm, input, mul, sum } from '../graph/index.js';
import { createRuntime } from './node.js';
import { referenceRuntime } from './reference.js';
import type { CompileOptions, Feeds } from './runtime.js';

const x = input('x', [2]);
const graph = { outputs: { y: add(x, 1), total: sum(mul(x, x)) } };
const feeds = { x: floats([2], [1, 2]) };

/** What every runtime promises, to the word. */
for (const runtime of [referenceRuntime(), createRuntime({ threads: 1 })]) {
  suite(`runtime ${runtime.name}`, () => {
    const run = async (given: Feeds, into?: Feeds, options?: CompileOptions) => {
      using executable = await runtime.compile(graph, options);
      return executable.run(given, into);
    };

    test('gives every output by name, with its type', async () => {
      assert.deepEqual(await run(feeds), { y: floats([2], [2, 3]), total: floats([], [5]) });
    });

    test('inputs, constants and one tensor under two names may be outputs', async () => {
      const shared = exp(constant(floats([2], [0, 0])));
      using executable = await runtime.compile({ outputs: { x, again: x, two: constant(2), shared, same: shared } });
      const ones = floats([2], [1, 1]);
      assert.deepEqual(await executable.run(feeds), {
        ...{ x: feeds.x, again: feeds.x },
        ...{ two: floats([], [2]), shared: ones, same: ones },
      });
    });

    test('results belong to the caller: writing to them changes neither feeds nor later runs', async () => {
      using executable = await runtime.compile({ outputs: { same: x, two: constant(2) } });
      const first = await executable.run(feeds);
      for (const { data } of Object.values(first)) (data as Float32Array).fill(9);
      assert.deepEqual(await executable.run(feeds), { same: floats([2], [1, 2]), two: floats([], [2]) });
    });

    test('carries whole numbers and truth values', async () => {
      const [k, b] = [input('k', [2], 'int64'), input('b', [2], 'bool')];
      using executable = await runtime.compile({
        outputs: { k, b, large: greater(cast(k, { to: 'float32' }), 3), one: cast(b, { to: 'float32' }) },
      });
      const results = await executable.run({ k: int64s([2], [3, 4]), b: bools([2], [1, 0]) });
      assert.deepEqual(results, {
        ...{ k: int64s([2], [3, 4]), b: bools([2], [1, 0]) },
        ...{ large: bools([2], [0, 1]), one: floats([2], [1, 0]) },
      });
    });

    test('arrays without elements pass through', async () => {
      using executable = await runtime.compile({ outputs: { y: add(input('e', [0, 3]), 1) } });
      assert.deepEqual(await executable.run({ e: floats([0, 3]) }), { y: floats([0, 3]) });
    });

    test('names of values inside a graph do not clash with names of inputs and outputs', async () => {
      const [a, b, c] = [input('add_2_0', [2]), input('t_0', [2]), input('const_1', [2])];
      const [y, mean] = groupNorm.all([input('g', [1, 1, 2]), floatsOf(1), floatsOf(0)], { groups: 1 });
      using executable = await runtime.compile({
        outputs: { t_1: mul(add(a, 1), add(a, 2)), sum_0: sum(mul(b, c), { axes: [0] }), y: y!, y_rows: mean! },
      });
      const one = floats([2], [1, 2]);
      const results = await executable.run({ add_2_0: one, t_0: one, const_1: one, g: floats([1, 1, 2], [1, 3]) });
      assert.deepEqual(results['t_1'], floats([2], [6, 12]));
      assert.deepEqual(results['sum_0'], floats([], [5]));
      assert.deepEqual(results['y_rows'], floats([1, 1], [2]));
    });

    test('`into` is filled and handed back', async () => {
      const into = { y: floats([2]) };
      const results = await run(feeds, into);
      assert.equal(results['y'], into.y);
      assert.deepEqual(into.y, floats([2], [2, 3]));
      assert.deepEqual(results['total'], floats([], [5]));
    });

    test('`into` must fit', async () => {
      const refuses = (into: Feeds, message: string) => assert.rejects(run(feeds, into), { message });
      await refuses({ z: floats([2]) }, 'The graph has no output "z".');
      await refuses({ y: floats([3]) }, 'Graph output "y" is float32[2], got float32[3].');
      await refuses({ y: bools([2], [0, 0]) }, 'Graph output "y" is float32[2], got bool[2].');
    });

    test('feeds must fit', async () => {
      const refuses = (given: Feeds, message: string) => assert.rejects(run(given), { message });
      await refuses({}, 'Graph input "x" (float32[2]) was given no value.');
      await refuses({ x: floats([3]) }, 'Graph input "x" is float32[2], got float32[3].');
      await refuses({ x: int64s([2], [1, 2]) }, 'Graph input "x" is float32[2], got int64[2].');
      await refuses({ ...feeds, z: floats([2]) }, 'The graph has no input "z".');
    });

    test('constants take the place of feeds', async () => {
      const constants = { ...feeds, unused: floats([7]) };
      assert.deepEqual((await run({}, {}, { constants }))['y'], floats([2], [2, 3]));
      await assert.rejects(run(feeds, {}, { constants }), {
        message: 'Graph input "x" was settled when the graph was compiled. Leave it out, or compile without it.',
      });
      await assert.rejects(runtime.compile(graph, { constants: { x: floats([3]) } }), {
        message: 'Graph input "x" is float32[2], got float32[3].',
      });
    });

    test('names that mean two things are refused', async () => {
      const twice = { outputs: { y: add(x, input('x', [2])) } };
      await assert.rejects(runtime.compile(twice), { message: 'Two different inputs of the graph are named "x".' });
      await assert.rejects(runtime.compile({ outputs: { x: add(x, 1) } }), {
        message: 'The graph has an input and an output named "x". Rename one.',
      });
      await assert.rejects(runtime.compile({ outputs: {} }), { message: 'A graph to compile needs an output.' });
    });

    test('a closed executable says so, and closing twice is fine', async () => {
      const executable = await runtime.compile(graph);
      executable.close();
      executable.close();
      await assert.rejects(executable.run(feeds), {
        code: 'closed',
        message: 'This executable was closed. Compile the graph again.',
      });
    });

    test('closing waits for runs under way', async () => {
      const executable = await runtime.compile(graph);
      const runs = [executable.run(feeds), executable.run(feeds)];
      executable.close();
      for (const { total } of await Promise.all(runs)) assert.deepEqual(total, floats([], [5]));
    });

    test('one executable serves several runs at a time', async () => {
      using executable = await runtime.compile(graph);
      const runs = await Promise.all([1, 2, 3, 4].map((n) => executable.run({ x: floats([2], [n, n]) })));
      assert.deepEqual(
        runs.map(({ total }) => total!.data[0]),
        [2, 8, 18, 32],
      );
    });
  });
}

test('the node runtime checks its options', () => {
  assert.throws(() => createRuntime({ threads: -1 }), {
    message: 'node runtime: threads must be an integer in [0, 256], got -1.',
  });
  assert.throws(() => createRuntime({ device: 'abacus' as 'cpu' }), {
    message: 'node runtime: device must be one of cpu, webgpu, cuda, coreml, dml, got "abacus".',
  });
});

function floatsOf(value: number) {
  return constant(floats([1], [value]));
}

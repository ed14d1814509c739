import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats } from '../core/host-array.js';
import { add, type Graph, input, mul, type Tensor } from '../graph/index.js';
import { createRuntime } from './node.js';
import type { Executable } from './runtime.js';

const size = 1_000_000;

/** x·w + 1 + … + 1. */
function graphOf(additions: number): Graph {
  let y: Tensor = mul(input('x', [size]), input('w', [size]));
  for (let i = 0; i < additions; i++) y = add(y, 1);
  return { outputs: { y } };
}

suite('memory on node', () => {
  const runtime = createRuntime({ threads: 1 });

  test('runs that fill an array leave no other behind', async () => {
    using executable = await runtime.compile(graphOf(1));
    const [x, w, y] = [floats([size]), floats([size]), floats([size])];
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 8; i++) await executable.run({ x, w }, { y });
    const grown = (process.memoryUsage().arrayBuffers - before) / y.data.byteLength;
    assert.ok(grown < 1, `8 runs left ${grown.toFixed(1)} arrays`);
  });

  test('after the first run of a large graph the constants it was built from are gone', async () => {
    const build = async (): Promise<[Executable, WeakRef<object>]> => {
      const w = floats([size]);
      return [await runtime.compile(graphOf(600), { constants: { w } }), new WeakRef(w)];
    };
    const [executable, constants] = await build();
    using _ = executable;
    assert.ok(constants.deref(), 'the test is one of nothing');
    await executable.run({ x: floats([size]) });
    assert.equal(constants.deref(), undefined, 'the constants are still there');
  });
});

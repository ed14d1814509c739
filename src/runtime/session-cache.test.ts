import assert from 'node:assert/strict';
import { test } from 'node:test';
import { floats } from '../core/host-array.js';
import { add, type Graph, input, mul } from '../graph/index.js';
import { referenceRuntime } from './reference.js';
import type { Runtime } from './runtime.js';
import { cacheSessions } from './session-cache.js';

const graphOf = (factor: number): Graph => {
  const x = input('x', [2]);
  return { outputs: { y: add(mul(x, factor), input('w', [2])) } };
};
const feeds = { x: floats([2], [1, 2]), w: floats([2], [10, 20]) };

/** A runtime that counts what it compiles and closes. */
function counting(): Runtime & { compiled: number; closed: number } {
  const inner = referenceRuntime();
  const counts = {
    name: 'counting',
    compiled: 0,
    closed: 0,
    async compile(...args: Parameters<Runtime['compile']>) {
      counts.compiled += 1;
      const executable = await inner.compile(...args);
      return { ...executable, close: () => void (counts.closed += 1) };
    },
  };
  return counts;
}

test('an equal graph is compiled once, another one again', async () => {
  const runtime = counting();
  const cached = cacheSessions(runtime);
  const [a, b, c] = await Promise.all([
    cached.compile(graphOf(2)),
    cached.compile(graphOf(2)),
    cached.compile(graphOf(3)),
  ]);
  assert.equal(runtime.compiled, 2);
  assert.deepEqual([...(await a.run(feeds))['y']!.data], [12, 24]);
  assert.deepEqual([...(await c.run(feeds))['y']!.data], [13, 26]);
  a.close();
  assert.deepEqual([...(await b.run(feeds))['y']!.data], [12, 24]);
  await assert.rejects(a.run(feeds), { code: 'closed' });
});

test('other constants are another session, the very same ones are not', async () => {
  const runtime = counting();
  const cached = cacheSessions(runtime);
  const large = (value: number) => floats([100], new Float32Array(100).fill(value));
  const graph = (): Graph => ({ outputs: { y: mul(input('x', [100]), input('w', [100])) } });
  const [one, two] = [large(1), large(2)];
  for (const w of [one, two, one, two]) (await cached.compile(graph(), { constants: { w } })).close();
  assert.equal(runtime.compiled, 2);
});

test('unused sessions are kept up to a number, the oldest go first', async () => {
  const runtime = counting();
  const cached = cacheSessions(runtime, { idle: 1 });
  for (const factor of [1, 2, 3]) (await cached.compile(graphOf(factor))).close();
  await new Promise(setImmediate);
  assert.deepEqual([runtime.compiled, runtime.closed], [3, 2]);
  (await cached.compile(graphOf(3))).close();
  assert.equal(runtime.compiled, 3);
});

test('a failed compilation is not remembered', async () => {
  let attempts = 0;
  const cached = cacheSessions({
    name: 'failing',
    compile: () => Promise.reject(new Error(`attempt ${++attempts}`)),
  });
  await assert.rejects(cached.compile(graphOf(1)), /attempt 1/);
  await assert.rejects(cached.compile(graphOf(1)), /attempt 2/);
});

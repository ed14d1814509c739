import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateGraph } from '../../../test/evaluate.js';
import { floats } from '../../core/host-array.js';
import { input } from '../define-op.js';
import { grad } from '../grad.js';
import { nodesOf } from '../graph.js';
import { add, conv2d, exp, mul, reshape, silu, sum } from '../ops/index.js';
import { optimize, passes } from './index.js';

const x = input('x', [1, 2, 4, 4]);
const w = input('w', [2, 2, 3, 3]);
const feeds = {
  x: floats(
    [1, 2, 4, 4],
    Float32Array.from({ length: 32 }, (_, i) => Math.sin(i)),
  ),
  w: floats(
    [2, 2, 3, 3],
    Float32Array.from({ length: 36 }, (_, i) => Math.cos(i)),
  ),
};
const once = silu(conv2d(x, w, { padding: 1 }));
const loss = sum(mul(add(once, silu(conv2d(x, w, { padding: 1 }))), exp(mul(2, add(0.5, 0.25)))));
const graph = { outputs: { loss, dw: grad(loss, [w])[0]! } };

test('optimising keeps every number and checks types after every pass', async () => {
  const [before, after] = [graph, optimize(graph, { check: true })];
  assert.ok(nodesOf(after).length < nodesOf(before).length);
  const [a, b] = [await evaluateGraph(before.outputs, feeds), await evaluateGraph(after.outputs, feeds)];
  assert.deepEqual(b['loss'], a['loss']);
  for (const [i, value] of b['dw']!.data.entries()) {
    assert.ok(Math.abs(Number(value) - Number(a['dw']!.data[i])) < 1e-4);
  }
});

test('the same convolution is computed once', () => {
  const convs = nodesOf(optimize(graph)).filter((node) => node.op.name === 'conv2d');
  assert.equal(convs.length, 1);
});

test('what depends on constants alone is folded', () => {
  const names = nodesOf(optimize(graph)).map((node) => node.op.name);
  assert.ok(!names.includes('exp'));
});

test('a reshape of a reshape is one reshape, and none when it returns', () => {
  const apart = reshape(reshape(x, { shape: [2, 16] }), { shape: [32] });
  assert.equal(nodesOf(optimize({ outputs: { apart } })).length, 2);
  const back = reshape(reshape(x, { shape: [2, 16] }), { shape: x.shape });
  assert.equal(optimize({ outputs: { back } }).outputs['back'], x);
});

test('passes are pure: running them twice gives the same node count', () => {
  const first = optimize(graph);
  assert.equal(nodesOf(optimize(first)).length, nodesOf(first).length);
  assert.ok(passes.length > 0);
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { bools, floats, int64s } from '../../core/host-array.js';
import { constant, input } from '../define-op.js';
import { grad } from '../grad.js';
import type { Graph } from '../graph.js';
import { add, cast, conv2d, gather, groupNorm, mul, silu, sum, where } from '../ops/index.js';
import { toOnnx } from './model.js';

/** A small network, made anew at every call: layers of every attribute type, constants, a gradient. */
function network(): Graph {
  const [x, w] = [input('x', [1, 4, 8, 8]), input('w', [4, 4, 3, 3])];
  const norm = groupNorm(silu(conv2d(x, w, { padding: 1 })), constant(ones(4)), constant(floats([4])), { groups: 2 });
  const row = gather(constant(floats([3, 2], [1, 2, 3, 4, 5, 6])), input('index', [2], 'int64'));
  const kept = where(input('mask', [], 'bool'), norm, 0);
  const loss = add(sum(mul(kept, kept)), sum(row));
  return { outputs: { loss, dw: grad(loss, [w])[0]! } };
}

const ones = (n: number) => floats([n], new Float32Array(n).fill(1));

suite('toOnnx', () => {
  test('the same graph gives the same bytes, at once and built anew', () => {
    for (const target of ['cpu', 'wasm', 'webgpu'] as const) {
      const graph = network();
      assert.deepEqual(toOnnx(graph, { target }), toOnnx(graph, { target }));
      assert.deepEqual(toOnnx(network(), { target }), toOnnx(graph, { target }));
    }
  });

  test('writes version, operator sets, and typed inputs and outputs', () => {
    const model = parse(toOnnx(network(), { target: 'cpu' }));
    assert.equal(model.irVersion, 8n);
    assert.deepEqual(model.opsets[0], { domain: '', version: 17n });
    assert.deepEqual(model.graph.inputs, [
      { name: 'mask', type: 9n, shape: [] },
      { name: 'x', type: 1n, shape: [1, 4, 8, 8] },
      { name: 'w', type: 1n, shape: [4, 4, 3, 3] },
      { name: 'index', type: 7n, shape: [2] },
    ]);
    assert.deepEqual(model.graph.outputs, [
      { name: 'loss', type: 1n, shape: [] },
      { name: 'dw', type: 1n, shape: [4, 4, 3, 3] },
    ]);
  });

  test('every value is made once and before it is used', () => {
    for (const block of [0, 4]) {
      const { graph } = parse(toOnnx(network(), { target: 'cpu', block }));
      const known = new Set([
        '',
        ...graph.inputs.map(({ name }) => name),
        ...graph.initializers.map(({ name }) => name),
      ]);
      for (const { inputs, outputs, type } of graph.nodes) {
        for (const name of inputs) assert.ok(known.has(name), `${type} uses ${name} before it is made`);
        for (const name of outputs) {
          assert.ok(!known.has(name), `${name} is made twice`);
          known.add(name);
        }
      }
      for (const { name } of graph.outputs) assert.ok(known.has(name));
    }
  });

  test('known inputs become initializers with their numbers', () => {
    const y = add(input('a', [2]), cast(input('k', [2], 'int64'), { to: 'float32' }));
    const constants = { k: int64s([2], [-1, 300]), other: bools([1], [1]) };
    const { graph } = parse(toOnnx({ outputs: { y } }, { target: 'cpu', constants }));
    assert.deepEqual(graph.inputs, [{ name: 'a', type: 1n, shape: [2] }]);
    const stored = graph.initializers.find(({ name }) => name === 'k')!;
    assert.deepEqual([stored.type, stored.shape], [7n, [2]]);
    assert.deepEqual(new BigInt64Array(stored.raw.slice().buffer), BigInt64Array.of(-1n, 300n));
  });

  test('domains are declared when they are used, and only then', () => {
    const domains = (options: Parameters<typeof toOnnx>[1]) =>
      parse(toOnnx(network(), options)).opsets.map(({ domain }) => domain);
    const plain = parse(toOnnx({ outputs: { y: add(input('a', [2]), 1) } }, { target: 'cpu' }));
    assert.deepEqual(plain.opsets, [{ domain: '', version: 17n }]);
    const used = parse(toOnnx(network(), { target: 'cpu' })).graph.nodes.map(({ domain }) => domain);
    assert.deepEqual(domains({ target: 'cpu' }), [...new Set(['', ...used])].sort());
  });

  test('small constants are stored once', () => {
    const x = input('x', [2, 3]);
    const apart = { outputs: { a: sum(x, { axes: [1] }), b: sum(mul(x, x), { axes: [1] }) } };
    assert.equal(parse(toOnnx(apart, { target: 'cpu' })).graph.initializers.length, 1);
  });
});

/** The fields of one protobuf message by number: varints as bigint, everything else as bytes. */
function fields(bytes: Uint8Array): Map<number, (bigint | Uint8Array)[]> {
  const found = new Map<number, (bigint | Uint8Array)[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(bytes[at++]!);
      value |= (byte & 127n) << shift;
      if (byte < 128n) return BigInt.asIntN(64, value);
    }
  };
  const take = (length: number): Uint8Array => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    const value = wire === 0 ? varint() : take(wire === 2 ? Number(varint()) : wire === 5 ? 4 : 8);
    found.set(tag >> 3, [...(found.get(tag >> 3) ?? []), value]);
  }
  assert.equal(at, bytes.length);
  return found;
}

/** The parts of an ONNX model (onnx.proto3) that the tests look at. */
function parse(bytes: Uint8Array) {
  const model = fields(bytes);
  const messages = (of: ReturnType<typeof fields>, field: number) =>
    (of.get(field) ?? []).map((b) => fields(b as Uint8Array));
  const texts = (of: ReturnType<typeof fields>, field: number) =>
    (of.get(field) ?? []).map((b) => new TextDecoder('utf-8', { fatal: true }).decode(b as Uint8Array));
  const [graph] = messages(model, 7);
  const value = (info: ReturnType<typeof fields>) => {
    const [tensor] = messages(messages(info, 2)[0]!, 1);
    const dims = messages(messages(tensor!, 2)[0]!, 1);
    return { name: texts(info, 1)[0]!, type: tensor!.get(1)![0], shape: dims.map((dim) => Number(dim.get(1)![0])) };
  };
  return {
    irVersion: model.get(1)![0],
    opsets: messages(model, 8).map((set) => ({ domain: texts(set, 1)[0], version: set.get(2)![0] })),
    graph: {
      nodes: messages(graph!, 1).map((node) => ({
        inputs: texts(node, 1),
        outputs: texts(node, 2),
        type: texts(node, 4)[0]!,
        domain: texts(node, 7)[0] ?? '',
      })),
      initializers: messages(graph!, 5).map((tensor) => ({
        name: texts(tensor, 8)[0]!,
        type: tensor.get(2)![0],
        shape: [...(tensor.get(1)?.[0] as Uint8Array)],
        raw: tensor.get(9)![0] as Uint8Array,
      })),
      inputs: messages(graph!, 11).map(value),
      outputs: messages(graph!, 12).map(value),
    },
  };
}

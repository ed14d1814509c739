import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats } from '../core/host-array.js';
import { constant, input } from './define-op.js';
import { dump } from './dump.js';
import { grad } from './grad.js';
import { inputsOf, nodesOf, outputTypes, topological } from './graph.js';
import { add, conv2d, groupNorm, mul, relu, sum } from './ops/index.js';
import { optimize } from './passes/index.js';
import type { Tensor } from './tensor.js';

suite('graph', () => {
  const [x, y] = [input('x', [2]), input('y', [2], 'float32')];

  test('inputs come before what is made of them, and each node once', () => {
    const shared = add(x, y);
    const out = mul(shared, add(shared, x));
    const order = topological([out, shared]);
    assert.equal(new Set(order).size, order.length);
    for (const [place, node] of order.entries()) {
      for (const { node: before } of node.inputs) assert.ok(order.indexOf(before) < place);
    }
  });

  test('a chain deeper than the call stack is no trouble', () => {
    let z: Tensor = x;
    for (let i = 0; i < 20_000; i++) z = relu(z);
    assert.equal(topological([z]).length, 20_001);
    assert.equal(nodesOf(optimize({ outputs: { z } })).length, 20_001);
  });

  test('inputs are listed in order of first use, once, with their types', () => {
    const inputs = inputsOf({ outputs: { a: add(y, x), b: y } });
    assert.deepEqual([...inputs.keys()], ['y', 'x']);
    assert.equal(inputs.get('x'), x);
  });

  test('two inputs of one name are refused, one used twice is not', () => {
    assert.deepEqual([...inputsOf({ outputs: { z: add(x, x) } }).keys()], ['x']);
    assert.throws(() => inputsOf({ outputs: { z: add(x, input('x', [2])) } }), {
      code: 'duplicate-input',
      message: 'Two different inputs of the graph are named "x".',
    });
  });

  test('output types are plain', () => {
    assert.deepEqual(outputTypes({ outputs: { z: add(x, y) } }), { z: { shape: [2], dtype: 'float32' } });
  });
});

suite('dump', () => {
  test('prints a graph one node a line', () => {
    const [x, w] = [input('x', [1, 2, 4, 4]), input('w', [2, 2, 3, 3])];
    const one = constant(floats([2], [1, 1]));
    const [y, mean] = groupNorm.all([conv2d(x, w, { padding: 1 }), one, one], { groups: 2 });
    const expected = `
%2 = conv2d(x, w) {"stride":[1,1],"padding":[1,1,1,1],"dilation":[1,1],"groups":1} : float32[1, 2, 4, 4]
%3 = constant() : float32[2]
%4, %5, %6 = groupNorm(%2, %3, %3) {"groups":2,"eps":0.00001} : float32[1, 2, 4, 4], float32[1, 2], float32[1, 2]
%7 = relu(%4) : float32[1, 2, 4, 4]
y ← %7
mean ← %5
`;
    assert.equal(dump({ outputs: { y: relu(y!), mean: mean! } }), expected.trim());
  });

  test('an input is its own name, and the same graph prints the same', () => {
    const build = () => {
      const x = input('x', [3]);
      return { outputs: { x, dx: grad(sum(mul(x, x)), [x])[0]! } };
    };
    assert.equal(dump(build()), dump(build()));
    assert.equal(dump(build()).split('\n').at(-2), 'x ← x');
  });
});

/** A small network as a graph, its gradient as another graph, and both computed by two runtimes. */
import { floats } from 'langevin/core';
import { add, constant, dump, grad, input, matmul, mean, optimize, square, sub, tanh } from 'langevin/graph';
import { createRuntime } from 'langevin/runtime/node';
import { referenceRuntime } from 'langevin/runtime/reference';

// Symbolic tensors have shapes and no numbers: 4 points in the plane, one hidden layer of 3, one output.
const x = constant(floats([4, 2], [0, 0, 0, 1, 1, 0, 1, 1]));
const target = constant(floats([4, 1], [0, 1, 1, 0]));
const w1 = input('w1', [2, 3]);
const w2 = input('w2', [3, 1]);

const y = matmul(tanh(add(matmul(x, w1), 0.5)), w2);
const loss = mean(square(sub(y, target)));
const [d1, d2] = grad(loss, [w1, w2]); // made of ops again, so it can be differentiated again

const graph = optimize({ outputs: { loss, d1: d1!, d2: d2! } });
console.log(dump({ outputs: { loss } }));

const feeds = { w1: floats([2, 3], [0.1, -0.2, 0.3, 0.4, 0.5, -0.6]), w2: floats([3, 1], [1, -1, 0.5]) };
for (const runtime of [referenceRuntime(), createRuntime({ threads: 1 })]) {
  using executable = await runtime.compile(graph);
  const result = await executable.run(feeds);
  const show = (name: string): string => Array.from(result[name]!.data as Float32Array, (v) => v.toFixed(4)).join(' ');
  console.log(`${runtime.name}: loss ${show('loss')}, d loss/d w2 = ${show('d2')}`);
}

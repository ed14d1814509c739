import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tinyModel } from '../../test/model-fixtures.js';
import { floats } from '../core/host-array.js';
import { fold, gaussians, key } from '../core/random.js';
import { createRuntime } from '../runtime/node.js';
import { cosine, dot } from '../sampling/editing/h-space/vectors.js';
import { jacobian, symmetricEigen } from '../sampling/index.js';
import { hspace } from './hspace.js';
import { hspaceJacobian } from './hspace-jacobian.js';

const runtime = createRuntime({ threads: 1 });
const model = tinyModel({ classes: 3 });
const x = floats([1, 3, 8, 8], gaussians(key(3), 192));
const at = { model, runtime, x, cNoise: 400, label: 1, tap: 'mid_block' };
const random = (name: string, n: number) => Float64Array.from(gaussians(fold(key(8), name), n));

suite('hspaceJacobian', () => {
  test('J·v against central differences of the opened network', async () => {
    using products = await hspaceJacobian(at);
    using open = hspace({ model, runtime, batch: 1, tap: 'mid_block' });
    const v = random('v', products.size);
    const step = 1e-2;
    const moved = async (sign: number) => {
      const delta = floats(
        [1, ...open.shape],
        Float32Array.from(v, (value) => sign * step * value),
      );
      return (await open.shift({ x, cNoise: 400, labels: [1], delta })).shifted.data;
    };
    const [up, down] = [await moved(1), await moved(-1)];
    const differences = Float64Array.from(up, (value, i) => (value - down[i]!) / (2 * step));
    const product = await products.apply(v);
    const error = Math.hypot(...product.map((value, i) => value - differences[i]!)) / Math.hypot(...differences);
    assert.ok(error < 2e-3, `relative error ${error}`);
  });

  test('(J·v)·u = v·(Jᵀ·u)', async () => {
    using products = await hspaceJacobian(at);
    const [v, u] = [random('v', products.size), random('u', 192)];
    const [left, right] = [dot(await products.apply(v), u), dot(v, await products.transpose(u))];
    assert.ok(Math.abs(left - right) < 1e-4 * Math.abs(left) + 1e-5, `${left} and ${right}`);
  });

  test('the directions are the singular vectors of the dense Jacobian', async () => {
    using products = await hspaceJacobian(at);
    const rows: Float64Array[] = []; // Jᵀ·e_i is row i of J
    for (let i = 0; i < 192; i++) {
      rows.push(await products.transpose(Float64Array.from({ length: 192 }, (_, j) => (i === j ? 1 : 0))));
    }
    const dense = symmetricEigen(rows.map((a) => rows.map((b) => dot(a, b)))); // J·Jᵀ: left vectors, squared values
    const method = jacobian({ count: 2, iterations: 60, tolerance: 1e-6 });
    const found = await method.find({ jacobian: products, key: key(1) });
    for (const [i, { values, value }] of found.entries()) {
      const exact = Math.sqrt(dense.values[i]!);
      assert.ok(Math.abs(value / exact - 1) < 1e-3, `singular value ${i}: ${value}, dense ${exact}`);
      // v = Jᵀ·u/s
      const right = new Float64Array(products.size);
      for (const [j, row] of rows.entries()) {
        for (let d = 0; d < right.length; d++) right[d]! += (dense.vectors[i]![j]! * row[d]!) / exact;
      }
      assert.ok(Math.abs(cosine(values, right)) > 0.999, `vector ${i}: ${cosine(values, right)}`);
    }
  });
});

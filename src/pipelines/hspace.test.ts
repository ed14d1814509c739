import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tinyModel } from '../../test/model-fixtures.js';
import { floats, type HostArray, rows } from '../core/host-array.js';
import { fold, gaussians, key } from '../core/random.js';
import { nodesOf } from '../graph/index.js';
import { deltaNet, initialise, mlp, type UNet2d } from '../nn/index.js';
import { createRuntime } from '../runtime/node.js';
import { bottleneck, hspace, hspaceGraph } from './hspace.js';
import { batchNetwork } from './network.js';

const runtime = createRuntime({ threads: 1 });
const model = tinyModel({ classes: 3 });
const noise = (name: string, shape: readonly number[]): HostArray<'float32'> =>
  floats(
    shape,
    gaussians(
      fold(key(9), name),
      shape.reduce((product, n) => product * n, 1),
    ),
  );
const x = noise('x', [3, 3, 8, 8]);
const question = { x, cNoise: 300, labels: [0, 1, 3] };

suite('hspace', () => {
  test('what is recorded comes with the very output of the plain network', async () => {
    using open = hspace({ model, runtime, batch: 3 });
    using plain = batchNetwork({ model, runtime, batch: 3 });
    assert.deepEqual(open.shape, [16, 4, 4]);
    const { out, h } = await open.record(question);
    assert.deepEqual(out, await plain.run(x, 300, question.labels));
    assert.deepEqual(h.shape, [3, 16, 4, 4]);
    assert.ok(
      h.data.some((value) => Math.abs(value) > 0.01),
      'h is something',
    );
  });

  for (const tap of [bottleneck, 'up_blocks.0', 'down_blocks.1']) {
    test(`${tap}: no change, no difference in any bit, and other rows leave a row alone`, async () => {
      using open = hspace({ model, runtime, batch: 3, tap });
      using plain = batchNetwork({ model, runtime, batch: 3 });
      const nothing = await open.shift({ ...question, delta: null });
      assert.deepEqual(nothing.out, await plain.run(x, 300, question.labels));
      assert.deepEqual(nothing.shifted, nothing.out);

      const delta = noise('delta', [3, ...open.shape]);
      delta.data.subarray(delta.data.length / 3, (2 * delta.data.length) / 3).fill(0); // the row in the middle
      const { out, shifted } = await open.shift({ ...question, delta });
      assert.deepEqual(out, nothing.out);
      assert.deepEqual(rows(shifted, 1, 2), rows(out, 1, 2));
      for (const row of [0, 2]) assert.notDeepEqual(rows(shifted, row, row + 1), rows(out, row, row + 1));
    });
  }

  test('the change is added to what was recorded: h₂ − h₁ as change makes the decoder answer as for h₂', async () => {
    using open = hspace({ model, runtime, batch: 1, tap: 'up_blocks.1' }); // all that comes after has no skips
    const one = { x: rows(x, 0, 1), cNoise: 300, labels: [0] };
    const two = { x: rows(x, 1, 2), cNoise: 300, labels: [0] };
    const [a, b] = [await open.record(one), await open.record(two)];
    const delta = floats(
      a.h.shape,
      a.h.data.map((value, i) => b.h.data[i]! - value),
    );
    const { shifted } = await open.shift({ ...one, delta });
    const worst = shifted.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.out.data[i]!)), 0);
    assert.ok(worst < 1e-5, `largest difference ${worst}`);
  });

  test('the way down is computed once', () => {
    const count = (shifts: boolean, tap: string): number => {
      const network = model.network as UNet2d;
      const nodes = nodesOf(hspaceGraph({ network, model, tap, functions: [], size: 1, shifts }));
      return nodes.filter(({ inputs }) => inputs.length > 0).length;
    };
    const plain = count(false, bottleneck);
    const down = count(true, 'conv_in') - plain; // all that comes after the first convolution
    const up = count(true, bottleneck) - plain;
    const last = count(true, 'up_blocks.1') - plain;
    assert.ok(up < 0.55 * plain && last < 0.1 * plain, `${plain} nodes, ${up} and ${last} twice`);
    assert.ok(down > 0.7 * plain, `${down} of ${plain} twice`);
  });

  test('rows are filled up and cut again', async () => {
    using wide = hspace({ model, runtime, batch: 4 });
    using fits = hspace({ model, runtime, batch: 3 });
    const delta = noise('delta', [3, ...wide.shape]);
    const [a, b] = [await wide.shift({ ...question, delta }), await fits.shift({ ...question, delta })];
    assert.deepEqual(a.shifted.shape, [3, 3, 8, 8]);
    const worst = a.shifted.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.shifted.data[i]!)), 0);
    assert.ok(worst < 1e-5, `largest difference ${worst}`);
  });

  test('functions: a new one changes nothing; strengths scale what it adds, row by row', async () => {
    const network = deltaNet({ channels: 16, timeFeatures: 32, groups: 4 });
    const values = initialise(network.params, key(2));
    using fresh = hspace({ model, runtime, batch: 3, functions: [{ network, values }] });
    const strengths = [[1], [2], [-1]];
    const nothing = await fresh.shift({ ...question, delta: null, strengths });
    assert.deepEqual(nothing.shifted, nothing.out);

    // Its last bias alone: f(h, t) = 0.3 everywhere, so that the function is a fixed change of 0.3·strength.
    const told = new Map(values).set('conv2.bias', floats([16], new Float32Array(16).fill(0.3)));
    using moved = hspace({ model, runtime, batch: 3, functions: [{ network, values: told }] });
    const size = 16 * 4 * 4;
    const delta = floats(
      [3, 16, 4, 4],
      Float32Array.from({ length: 3 * size }, (_, i) => 0.3 * strengths[Math.floor(i / size)]![0]!),
    );
    const [a, b] = [
      await moved.shift({ ...question, delta: null, strengths }),
      await moved.shift({ ...question, delta, strengths: [[0], [0], [0]] }),
    ];
    const worst = a.shifted.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.shifted.data[i]!)), 0);
    assert.ok(worst < 1e-5, `largest difference ${worst}`);
    assert.notDeepEqual(a.shifted, a.out);
  });

  test('errors', async () => {
    assert.throws(() => hspace({ model, runtime, batch: 1, tap: 'middle' }), {
      code: 'no-tap',
      message:
        'hspace: there is no tap "middle". This network has conv_in, down_blocks.0, down_blocks.1, mid_block, ' +
        'up_blocks.0, up_blocks.1.',
    });
    const points = mlp({ in_channels: 2 });
    assert.throws(() => hspace({ model: { ...model, network: points, config: points.config }, runtime, batch: 1 }), {
      code: 'no-tap',
      message: 'hspace: mid_block needs a U-Net whose inputs and outputs are pictures, got a network of points.',
    });
    using open = hspace({ model, runtime, batch: 3 });
    await assert.rejects(open.shift({ ...question, delta: floats([3, 16]) }), {
      code: 'shape-mismatch',
      message: 'hspace: delta must be [3, 16, 4, 4] as mid_block is, got [3, 16].',
    });
  });
});

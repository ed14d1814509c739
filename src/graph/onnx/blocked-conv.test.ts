import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { worst } from '../../../test/op-cases.js';
import { floats, type Shape, sizeOf } from '../../core/host-array.js';
import { fold, gaussians, key } from '../../core/random.js';
import { createRuntime } from '../../runtime/node.js';
import { referenceRuntime } from '../../runtime/reference.js';
import type { ConvOptions } from '../convolution.js';
import { input } from '../define-op.js';
import { grad } from '../grad.js';
import { conv2d, mul, sum } from '../ops/index.js';
import { toOnnx } from './model.js';

interface Case {
  readonly x: Shape;
  readonly w: Shape;
  readonly conv: ConvOptions;
}

/** Channels in multiples of every known block, at least 512 positions, so that blocks are really used. */
const cases: Readonly<Record<string, Case>> = {
  '3×3': { x: [2, 16, 16, 17], w: [32, 16, 3, 3], conv: { padding: 1 } },
  '1×1': { x: [2, 32, 17, 19], w: [16, 32, 1, 1], conv: {} },
  '5×5': { x: [1, 16, 23, 23], w: [16, 16, 5, 5], conv: { padding: 2 } },
  'not square': { x: [3, 16, 12, 30], w: [16, 16, 1, 3], conv: { padding: [0, 1, 0, 1] } },
  dilated: { x: [2, 16, 20, 20], w: [16, 16, 3, 3], conv: { padding: 2, dilation: 2 } },
  'stride 2': { x: [4, 16, 25, 27], w: [16, 16, 3, 3], conv: { padding: 1, stride: 2 } },
  'stride 2, padded behind': { x: [4, 16, 24, 26], w: [16, 16, 3, 3], conv: { padding: [0, 0, 1, 1], stride: 2 } },
};

const random = (shape: Shape, label: string) => floats(shape, gaussians(fold(key(3), label), sizeOf(shape)));

function build({ x: shape, w: kernel, conv }: Case) {
  const [x, w, b] = [input('x', shape), input('w', kernel), input('b', [kernel[0]!])];
  const y = conv2d(x, w, b, conv);
  const [dx, dw, db] = grad(sum(mul(y, input('p', y.shape))), [x, w, b]);
  const feeds = {
    ...{ x: random(shape, 'x'), w: random(kernel, 'w') },
    ...{ b: random([kernel[0]!], 'b'), p: random(y.shape, 'p') },
  };
  return { graph: { outputs: { y, dx: dx!, dw: dw!, db: db! } }, feeds };
}

suite('blocked convolution with weights that arrive at run time', () => {
  const runtime = createRuntime({ threads: 1 });

  for (const [name, at] of Object.entries(cases)) {
    test(`${name}: forward and gradients equal the plain ones`, async () => {
      const { graph, feeds } = build(at);
      assert.ok(isBlocked(toOnnx(graph, { target: 'cpu', block: 8 })));
      using reference = await referenceRuntime().compile(graph);
      using executable = await runtime.compile(graph);
      const [expected, got] = [await reference.run(feeds), await executable.run(feeds)];
      for (const output of Object.keys(graph.outputs)) {
        assert.equal(worst(got[output]!.data, expected[output]!.data, 1e-4), null, output);
      }
    });
  }

  test('known weights, odd channels, groups, small pictures and other targets take the plain one', () => {
    const usual: Case = { x: [2, 16, 16, 16], w: [16, 16, 3, 3], conv: { padding: 1 } };
    const forward = ({ x, w, conv }: Case) => ({ outputs: { y: conv2d(input('x', x), input('w', w), conv) } });
    const blocked = (at: Case, block = 8) => isBlocked(toOnnx(forward(at), { target: 'cpu', block }));
    assert.ok(blocked(usual));
    assert.ok(!blocked(usual, 0));
    assert.ok(!blocked({ ...usual, x: [2, 20, 16, 16], w: [16, 20, 3, 3] }));
    assert.ok(!blocked({ ...usual, w: [20, 16, 3, 3] }));
    assert.ok(!blocked({ ...usual, w: [16, 8, 3, 3], conv: { padding: 1, groups: 2 } }));
    assert.ok(!blocked({ ...usual, x: [1, 16, 16, 16] }));
    const constants = { w: floats(usual.w) };
    assert.ok(!isBlocked(toOnnx(forward(usual), { target: 'cpu', block: 8, constants })));
  });
});

const isBlocked = (model: Uint8Array): boolean => Buffer.from(model).includes('com.microsoft.nchwc');

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { evaluateGraph } from '../../../test/evaluate.js';
import { type DType, floats, type HostArray, type Shape, sizeOf } from '../../core/host-array.js';
import { fold, key, uniforms } from '../../core/random.js';
import { createRuntime } from '../../runtime/node.js';
import { input, type OpSample } from '../define-op.js';
import { grad } from '../grad.js';
import type { Tensor } from '../tensor.js';
import { ops } from './index.js';

const runtime = createRuntime({ threads: 1 });

/** The engine computes what each op means, forward and backward, for every sample of every op. */
for (const name of ops.names) {
  const op = ops.entries[name];
  suite(`${name} on onnxruntime-node`, () => {
    for (const [i, sample] of op.definition.samples.entries()) {
      const { inputs, range = [-2, 2], attributes } = sample as OpSample<object>;
      const feeds: Record<string, HostArray> = {};
      const tensors = inputs.map((spec, k) => {
        const value = Array.isArray(spec) ? random(spec as Shape, `${k}`, range) : (spec as HostArray);
        feeds[`x${k}`] = value;
        return input(`x${k}`, value.shape, value.dtype);
      });
      const outputs: Record<string, Tensor> = {};
      for (const [k, y] of op.all(tensors, attributes as never).entries()) {
        outputs[`y${k}`] = y;
        if (y.dtype !== 'float32' || typeof op.definition.vjp === 'string') continue;
        const floatInputs = tensors.filter((x) => x.dtype === 'float32');
        for (const [j, dx] of grad(y, floatInputs).entries()) outputs[`d${k}x${j}`] = dx;
      }
      test(`sample ${i} equals its meaning`, async () => {
        const expected = await evaluateGraph(outputs, feeds);
        using executable = await runtime.compile({ outputs });
        const got = await executable.run(feeds);
        for (const [label, { data }] of Object.entries(expected))
          close(`${name} ${i} ${label}`, got[label]!.data, data);
      });
    }
  });
}

function random(shape: Shape, label: string, [low, high]: readonly [number, number]): HostArray<'float32'> {
  return floats(
    shape,
    Float32Array.from(uniforms(fold(key(5), label), sizeOf(shape)), (u) => low + u * (high - low)),
  );
}

function close(label: string, got: HostArray<DType>['data'], expected: HostArray<DType>['data']): void {
  assert.equal(got.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [Number(got[i]), Number(expected[i])];
    assert.ok(Math.abs(a - b) <= 2e-5 * Math.max(1, Math.abs(b)), `${label}[${i}]: engine ${a}, meaning ${b}`);
  }
}

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { evaluateGraph } from '../../../test/evaluate.js';
import { floats, type HostArray, type Shape, sizeOf } from '../../core/host-array.js';
import { fold, gaussians, key, uniforms } from '../../core/random.js';
import { constant, input, type OpSample } from '../define-op.js';
import { grad } from '../grad.js';
import type { Tensor } from '../tensor.js';
import { add, mul, ops, sum } from './index.js';

const random = (shape: Shape, label: string, [low, high]: readonly [number, number]): HostArray<'float32'> =>
  floats(
    shape,
    Float32Array.from(uniforms(fold(key(5), label), sizeOf(shape)), (u) => low + u * (high - low)),
  );

interface Case {
  readonly feeds: Record<string, HostArray>;
  readonly inputs: readonly Tensor[];
  readonly differentiable: readonly string[];
}

/** Inputs of one sample: random floats for shapes, given arrays as they are. */
function makeCase({ inputs, range = [-2, 2] }: OpSample<object>): Case {
  const feeds: Record<string, HostArray> = {};
  const tensors = inputs.map((spec, i) => {
    const value = Array.isArray(spec) ? random(spec as Shape, `x${i}`, range) : (spec as HostArray);
    feeds[`x${i}`] = value;
    return input(`x${i}`, value.shape, value.dtype);
  });
  const differentiable = Object.keys(feeds).filter((name) => feeds[name]!.dtype === 'float32');
  return { feeds, inputs: tensors, differentiable };
}

/** Σₖ ⟨wₖ, yₖ⟩ over the float outputs with fixed random weights: one number that sees every element. */
function probe(outputs: readonly Tensor[], salt: string): Tensor | null {
  const parts = outputs
    .filter((y) => y.dtype === 'float32')
    .map((y, i) => sum(mul(y, constant(floats(y.shape, gaussians(fold(key(9), salt, i), sizeOf(y.shape)))))));
  return parts.length === 0 ? null : parts.reduce((a, b) => add(a, b));
}

/** Compares dL/dx with central differences of L along random directions. */
async function checkGradient(loss: Tensor, at: Case, label: string): Promise<void> {
  const xs = at.inputs.filter((x) => x.dtype === 'float32');
  const grads = grad(loss, xs);
  const results = await evaluateGraph({ loss, ...Object.fromEntries(grads.map((g, i) => [`g${i}`, g])) }, at.feeds);
  for (const [i, name] of at.differentiable.entries()) {
    const value = at.feeds[name] as HostArray<'float32'>;
    const direction = gaussians(fold(key(11), label, name), value.data.length);
    const h = 1e-2;
    const shifted = async (by: number): Promise<number> => {
      const moved = floats(
        value.shape,
        value.data.map((v, k) => v + by * direction[k]!),
      );
      return (await evaluateGraph({ loss }, { ...at.feeds, [name]: moved }))['loss']!.data[0] as number;
    };
    const [f1, f2, b1, b2] = [await shifted(h), await shifted(2 * h), await shifted(-h), await shifted(-2 * h)];
    const numeric = (8 * (f1 - b1) - (f2 - b2)) / (12 * h); // fourth order
    const exact = (results[`g${i}`]!.data as Float32Array).reduce((total, g, k) => total + g * direction[k]!, 0);
    const scale = Math.max(1, Math.abs(exact), Math.abs(numeric));
    assert.ok(Math.abs(exact - numeric) < 2e-3 * scale, `${label}: d/d${name} is ${exact}, differences say ${numeric}`);
  }
}

for (const name of ops.names) {
  const op = ops.entries[name];
  const { definition } = op;
  suite(name, () => {
    test('is registered under its own name, with samples', () => {
      assert.equal(definition.name, name);
      assert.ok(definition.samples.length > 0);
    });
    for (const [i, sample] of definition.samples.entries()) {
      const at = makeCase(sample as OpSample<object>);
      const outputs = op.all(at.inputs, sample.attributes as never);
      test(`sample ${i}: says what it infers`, async () => {
        const results = await evaluateGraph(Object.fromEntries(outputs.map((y, k) => [`y${k}`, y])), at.feeds);
        for (const [k, y] of outputs.entries()) assert.equal(results[`y${k}`]!.data.length, sizeOf(y.shape));
      });
      if (definition.again) {
        test(`sample ${i}: made again, it is the same`, async () => {
          const { inputs, attributes } = outputs[0]!.node;
          const made = definition.again!({ inputs, attributes, outputs, ops: ops.entries });
          const pairs = outputs.flatMap((y, k) => (made[k] ? [[y, made[k]] as const] : []));
          assert.ok(pairs.length > 0);
          for (const [y, twin] of pairs) {
            assert.notEqual(twin.node, y.node);
            const both = await evaluateGraph({ y, twin }, at.feeds);
            for (const [k, value] of (both['y']!.data as Float32Array).entries()) {
              assert.ok(Math.abs(value - Number(both['twin']!.data[k])) < 1e-5 * Math.max(1, Math.abs(value)));
            }
          }
        });
      }
      const loss = probe(outputs, 'first');
      if (loss && typeof definition.vjp !== 'string' && at.differentiable.length > 0) {
        test(`sample ${i}: first derivative`, () => checkGradient(loss, at, `${name} ${i}`));
        const inner = probe(
          grad(
            loss,
            at.inputs.filter((x) => x.dtype === 'float32'),
          ),
          'second',
        );
        test(`sample ${i}: second derivative`, () => checkGradient(inner!, at, `${name} ${i} twice`));
      }
    }
  });
}

test('every file in this folder is registered', async () => {
  const files = (await readdir(new URL('.', import.meta.url)))
    .map((file) => file.replace(/\.[jt]s$/, ''))
    .filter((file) => file !== 'index' && !file.endsWith('.test') && !file.endsWith('.d'));
  const camel = files.map((file) => file.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()));
  assert.deepEqual(camel.sort(), [...ops.names].sort());
});

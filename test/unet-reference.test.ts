import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import type { HostArray } from '../src/core/index.js';
import { grad, input, mean, square, sub } from '../src/graph/index.js';
import { paramInputs, parseUnet2dConfig, readSafetensors, unet2d } from '../src/nn/index.js';
import { createRuntime } from '../src/runtime/node.js';
import { referenceRuntime } from '../src/runtime/reference.js';

/** [Σ|grad|, first element] by parameter. */
type Digest = readonly [total: number, first: number];

const root = new URL('../../shared/reference/unet/', import.meta.url);
const skip = existsSync(root) ? false : 'the reference checkpoints (../shared/reference/unet) are not here';
const runtimes = [referenceRuntime(), createRuntime()];

suite('two checkpoints of diffusers', { skip }, () => {
  for (const name of ['attn', 'ddpmstyle']) {
    for (const runtime of runtimes) {
      test(`${name} on ${runtime.name}: output, loss and every gradient`, async () => {
        const { values, feeds, out, expected, config } = load(name);
        const model = unet2d(parseUnet2dConfig(config));
        const { params, tensors } = paramInputs(model.params);
        const [sample, timestep] = [input('x', feeds.x.shape), input('t', feeds.t.shape)];
        const predicted = model.apply(params, { sample, timestep });
        const loss = mean(square(sub(predicted, input('y', feeds.y.shape))));
        const names = [...tensors.keys()];
        const grads = grad(loss, [...tensors.values()]);
        const outputs = { predicted, loss, ...Object.fromEntries(names.map((path, i) => [`grad.${path}`, grads[i]!])) };
        using executable = await runtime.compile({ outputs });
        const results = await executable.run({ ...Object.fromEntries(values), ...feeds });

        const worst = Math.max(...numbers(results['predicted']!).map((v, i) => Math.abs(v - out[i]!)));
        assert.ok(worst <= 1e-4, `output differs by ${worst}`);
        assert.ok(Math.abs(numbers(results['loss']!)[0]! - expected.loss) <= 1e-3 * expected.loss);
        assert.deepEqual(names.sort(), Object.keys(expected.grads).sort());
        for (const [path, [total, first]] of Object.entries(expected.grads)) {
          const gradient = numbers(results[`grad.${path}`]!);
          const sum = gradient.reduce((sofar, g) => sofar + Math.abs(g), 0);
          near(sum, total, path);
          near(gradient[0]!, first, path);
        }
      });
    }
  }
});

const numbers = (array: HostArray): readonly number[] => Array.from(array.data, Number);

/** Relative 1e-3, with a floor for gradients that are zero in theory and rounding noise on both sides. */
function near(got: number, want: number, path: string): void {
  assert.ok(Math.abs(got - want) <= 1e-3 * Math.abs(want) + 1e-7, `gradient of ${path}: expected ${want}, got ${got}`);
}

function load(name: string) {
  const read = (file: string) => readFileSync(new URL(`${name}/${file}`, root));
  const io = readSafetensors(read('io.safetensors')).tensors;
  return {
    config: JSON.parse(read('config.json').toString()) as unknown,
    values: readSafetensors(read('diffusion_pytorch_model.safetensors')).tensors,
    feeds: { x: io.get('x')!, t: io.get('t')!, y: io.get('y')! },
    out: numbers(io.get('out')!),
    expected: JSON.parse(read('grads.json').toString()) as { loss: number; grads: Record<string, Digest> },
  };
}

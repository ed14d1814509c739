import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { floats, type HostArray, int64s, type Shape, sizeOf } from '../src/core/index.js';
import { grad, input, mean, square, sub } from '../src/graph/index.js';
import { paramEntries, paramInputs, parseUnet2dConfig, type UNet2dConfig, unet2d } from '../src/nn/index.js';
import { createRuntime } from '../src/runtime/node.js';

/** What test/golden/make/unet_variants.py wrote. A digest is [Σ|value|, first value]. */
interface Golden {
  readonly config: UNet2dConfig;
  readonly timestep: readonly number[];
  readonly labels: readonly number[] | readonly (readonly number[])[] | null;
  /** Sixteen values and the digest. */
  readonly out: readonly number[];
  readonly loss: number;
  readonly grads: Readonly<Record<string, readonly [number, number]>>;
}

/** sin(1 + 0.7·i + 1.3·k): numbers that both sides can make without storing them. */
const wave = (shape: Shape, k: number): HostArray<'float32'> =>
  floats(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1 + 0.7 * i + 1.3 * k)),
  );

/** The weights of the fixture: 0.15·wave for the k-th parameter in order of name, plus 1 for scales of norms. */
function weights(tree: ReturnType<typeof unet2d>['params']): Record<string, HostArray<'float32'>> {
  const byName = [...paramEntries(tree)].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    byName.map(([path, { shape }], k) => {
      const scale = /norm\w*\.weight$/.test(path);
      const data = wave(shape, k).data.map((v) => Math.fround(Math.fround(0.15) * v) + (scale ? 1 : 0));
      return [path, floats(shape, data)];
    }),
  );
}

function labelsOf({ labels, config }: Golden): HostArray | undefined {
  if (labels === null) return undefined;
  if (config.num_class_embeds !== null) return int64s([labels.length], labels as readonly number[]);
  const flat = labels.flat();
  return floats(flat.length === labels.length ? [labels.length] : [labels.length, flat.length / labels.length], flat);
}

const folder = new URL('golden/unet/', import.meta.url);

suite('variants of UNet2DModel compute what diffusers computes', () => {
  for (const file of readdirSync(folder)) {
    test(file.replace('.json', ''), async () => {
      const golden: Golden = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
      const config = parseUnet2dConfig(golden.config);
      const model = unet2d(config);
      const { params, tensors } = paramInputs(model.params);
      const labels = labelsOf(golden);
      const feeds = {
        x: wave([2, config.in_channels, 8, 8], 100),
        y: wave([2, config.out_channels, 8, 8], 101),
        t: floats([2], golden.timestep),
        ...(labels && { labels }),
      };
      const predicted = model.apply(params, {
        sample: input('x', feeds.x.shape),
        timestep: input('t', [2]),
        classLabels: labels && input('labels', labels.shape, labels.dtype),
      });
      const loss = mean(square(sub(predicted, input('y', feeds.y.shape))));
      const paths = Object.keys(golden.grads);
      const grads = grad(
        loss,
        paths.map((path) => tensors.get(path)!),
      );
      const outputs = { predicted, loss, ...Object.fromEntries(paths.map((path, i) => [`grad.${path}`, grads[i]!])) };
      using executable = await createRuntime().compile({ outputs });
      const results = await executable.run({ ...weights(model.params), ...feeds });

      const values = (name: string): number[] => Array.from(results[name]!.data, Number);
      const digest = (list: readonly number[]) => [list.reduce((sum, v) => sum + Math.abs(v), 0), list[0]!];
      const out = values('predicted');
      near([...out.slice(0, 16), ...digest(out)], golden.out, { what: 'output', floor: 1e-4 });
      near(values('loss'), [golden.loss], { what: 'loss', floor: 0 });
      for (const path of paths) {
        near(digest(values(`grad.${path}`)), golden.grads[path]!, { what: `gradient of ${path}`, floor: 1e-5 });
      }
    });
  }
});

/** Relative 1e-3 above a floor for values that are zero in theory. */
function near(got: readonly number[], want: readonly number[], { what, floor }: { what: string; floor: number }): void {
  assert.equal(got.length, want.length);
  for (const [i, w] of want.entries()) {
    assert.ok(Math.abs(got[i]! - w) <= 1e-3 * Math.abs(w) + floor, `${what} [${i}]: expected ${w}, got ${got[i]}`);
  }
}

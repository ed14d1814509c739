/**
 * Where in the network an attribute can be changed, how directions at different times agree, and how far a walk is from
 * its end.
 *
 *   node --import tsx scripts/results/hspace-taps.ts [MODEL] [ATTRIBUTE,…] [N]
 *
 * The mean difference of N pairs is added at one tap and one time; its share is that part of the true change of eight
 * other pairs which the clean prediction makes in this one step.
 */
import { examplesOf } from '../../src/cli/directions/examples.js';
import { recorded } from '../../src/cli/directions/find-direction.js';
import { floats } from '../../src/core/host-array.js';
import { fold, key, permutation } from '../../src/core/random.js';
import { batchSpace } from '../../src/core/space.js';
import { emoji, finish, gather } from '../../src/data/index.js';
import { classifierFeatures, editingCurve, hspace, loadClassifier, loadModel } from '../../src/pipelines/index.js';
import { createRuntime } from '../../src/runtime/node.js';
import { cosine, dot } from '../../src/sampling/editing/h-space/vectors.js';
import { assemble, directions, editingInterval, startingNoise } from '../../src/sampling/index.js';

const [from = 'models/emoji-32', names = 'skin-tone:dark,open-mouth', count = '16'] = process.argv.slice(2);
const [n, few, root, space] = [Number(count), 8, key(0), batchSpace()];
const runtime = createRuntime({ threads: 1 });
const model = await loadModel(from);
const data = await finish(emoji.load({}, { size: 32 }));
const parts = assemble(model.scheme);
const times = [0.5, 0.7, 0.9];

const start = startingNoise({ steps: parts.steps(20), like: floats([few, 3, 32, 32]), space, key: root });
const features = classifierFeatures({
  model: await loadClassifier('models/features-32'),
  runtime,
  name: 'features-32',
});
const labels = Array.from({ length: few }, (_, i) => [0, 1, 18, 19, 27, 28, 9, 10][i]!);
const curve = await editingCurve({ model, runtime, start, labels, steps: 20, key: root, features });
console.log(`Model ${from} (${model.hash.slice(0, 12)}), N ${few}, 20 steps, seed 0, features-32.\n`);
console.log('| t | d(x, P_t) | d(x, x_t) |\n| --- | --- | --- |');
for (const { t, clean, noisy } of curve) console.log(`| ${t.toFixed(2)} | ${clean.toFixed(3)} | ${noisy.toFixed(3)} |`);
console.log('\nInterval with the default thresholds:', JSON.stringify(editingInterval({ curve })), '\n');

console.log(
  `| Attribute | Tap | t | length of Δh to h | share at strength 1 | 3 | 10 | cosine |\n|${' --- |'.repeat(8)}`,
);
for (const name of names.split(',')) {
  const { pairs } = examplesOf(name, data, 'train');
  const order = Array.from(permutation(fold(root, 'taps', name), pairs.length), (i) => pairs[i]!);
  const [learnt, other] = [order.slice(0, n), order.slice(-few)];
  for (const tap of ['mid_block', 'up_blocks.0', 'up_blocks.1']) {
    using open = hspace({ model, runtime, batch: few, tap });
    const found: Float64Array[] = [];
    for (const t of times) {
      const at = { model, data, open, t, key: fold(root, 'noise', t) } as never as Parameters<typeof recorded>[0];
      const [h1, h0] = [
        await recorded({ ...at, pictures: learnt.map((pair) => pair.with!) }),
        await recorded({ ...at, pictures: learnt.map(({ without }) => without) }),
      ];
      const flat = (h: typeof h1) => floats([n, h.data.length / n], h.data);
      const [direction] = await directions
        .get('mean-difference')()
        .find({ with: flat(h1), without: flat(h0), key: root });
      found.push(direction!.values);
      const level = parts.grid.level(Math.round(t * parts.grid.count) - 1);
      const { cIn, cOut, cNoise } = parts.precondition(level);
      const a = gather(
        data,
        other.map(({ without }) => without),
      );
      const b = gather(
        data,
        other.map((pair) => pair.with!),
      );
      const x = space.lincomb([cIn * level.alpha, a.x], [cIn * level.sigma, space.gaussian(a.x, fold(root, 'x', t))]);
      const wanted = b.x.data.map((value, i) => value - a.x.data[i]!);
      const cells: string[] = [];
      let same = 0;
      for (const strength of [1, 3, 10]) {
        const delta = floats(
          [few, ...open.shape],
          Float32Array.from(
            { length: few * direction!.values.length },
            (_, i) => strength * direction!.values[i % direction!.values.length]!,
          ),
        );
        const { out, shifted } = await open.shift({ x, cNoise, labels: Array.from(a.labels), delta });
        const change = out.data.map((value, i) => cOut * (shifted.data[i]! - value));
        cells.push((dot(change, wanted) / dot(wanted, wanted)).toFixed(3));
        same = cosine(change, wanted);
      }
      const size = Math.sqrt(dot(h0.data, h0.data) / n);
      console.log(
        `| ${name} | ${tap} | ${t} | ${(direction!.value / size).toFixed(2)} | ${cells.join(' | ')} | ${same.toFixed(2)} |`,
      );
    }
    const agree = [
      [0, 1],
      [1, 2],
      [0, 2],
    ].map(([i, j]) => `${times[i!]}–${times[j!]} ${cosine(found[i!]!, found[j!]!).toFixed(2)}`);
    console.log(`| ${name} | ${tap} | cosines between times: ${agree.join(', ')} | | | | | |`);
  }
}

/**
 * What semantic directions do, on figures that exist with and without the attribute.
 *
 *   node --import tsx scripts/results/hspace.ts FOLDER [MODEL] [N] [JUDGE]
 *
 * FOLDER holds what `langevin directions` wrote. Pairs are of held-out families where there are at least four; otherwise
 * of the figures that --leave-out kept from a direction, which the table marks with †, or of those learnt from, with *.
 * Everything is drawn from seed 0.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { examplesOf, parseLeaveOut } from '../../src/cli/directions/examples.js';
import { floats, type HostArray, rows } from '../../src/core/host-array.js';
import { fold, key, permutation } from '../../src/core/random.js';
import { batchSpace } from '../../src/core/space.js';
import { emoji, finish, gather } from '../../src/data/index.js';
import { constant, input, optimize } from '../../src/graph/index.js';
import { bindParams } from '../../src/nn/index.js';
import {
  batchNetwork,
  classifierFeatures,
  guider,
  invertSemanticAll,
  loadClassifier,
  loadDirection,
  loadModel,
  type SemanticDirection,
  type SemanticEdit,
  semanticAll,
  semanticPaths,
} from '../../src/pipelines/index.js';
import { createRuntime } from '../../src/runtime/node.js';
import { cosine, dot } from '../../src/sampling/editing/h-space/vectors.js';
import { assemble } from '../../src/sampling/index.js';

type Batch = HostArray<'float32'>;

const [folder = 'models/directions-32', from = 'models/emoji-32', count = '8', judgePath = ''] = process.argv.slice(2);
const n = Number(count);
const steps = 20;
const root = key(0);
const runtime = createRuntime({ threads: 1 });
const model = await loadModel(from);
const data = await finish(emoji.load({}, { size: 32 }));
const features = classifierFeatures({
  model: await loadClassifier('models/features-32'),
  runtime,
  name: 'features-32',
});
const judge = judgePath === '' ? null : await loadClassifier(judgePath);

const less = (a: Batch, b: Batch): Float32Array => a.data.map((value, i) => value - b.data[i]!);
const square = (a: Batch, b: Batch): number => less(a, b).reduce((sum, d) => sum + d * d, 0) / a.data.length;
const shown = (value: number): string => value.toFixed(3);
const row = (x: Batch, i: number): Float32Array => rows(x, i, i + 1).data;
const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The share of pictures that an independent classifier says have a tag; null where it knows no such tag. */
async function accuracy(pictures: Batch, tag: string): Promise<number | null> {
  const at = judge?.classes.indexOf(tag) ?? -1;
  if (!judge || at < 0) return null;
  const { network, values } = judge;
  const params = bindParams(network.params, (path) => constant(values.get(path)!));
  const size = pictures.shape[0]!;
  const timestep = network.config.noise_conditional ? constant(floats([size])) : undefined;
  const { logits } = network.apply(params, { sample: input('x', pictures.shape), timestep });
  using run = await runtime.compile(optimize({ outputs: { logits } }));
  const out = (await run.run({ x: pictures }))['logits']!.data as Float32Array;
  return meanOf(Array.from({ length: size }, (_, i) => (out[i * network.config.num_classes + at]! > 0 ? 1 : 0)));
}

interface Rows {
  readonly x: Batch;
  readonly labels: readonly number[];
}

/** Times at which a change is compared with itself. */
const times = [0.5, 0.7, 0.9];

/** Consistency: mean cosines of what a change does to the expected pictures at one time and at another. */
async function consistency({ change, tap }: SemanticDirection, { x, labels }: Rows) {
  const size = x.shape[0]!;
  const [parts, space] = [assemble(model.scheme), batchSpace()];
  using network = batchNetwork({ model, runtime, batch: size });
  using guide = guider({ model, runtime, network, precondition: parts.precondition, guiding: { choices: [] } });
  const edits = [{ change, strengths: Array.from({ length: size }, () => 1) }];
  using paths = semanticPaths({ model, runtime, network, guide, parts, edits, tap, until: 0 });
  const { denoise, shifted } = paths({ pictures: Array.from({ length: size }, (_, i) => i), labels, space });
  const changes: Float32Array[] = [];
  for (const t of times) {
    const level = parts.grid.level(Math.round(t * parts.grid.count) - 1);
    const noisy = space.lincomb([level.alpha, x], [level.sigma, space.gaussian(x, fold(root, 'consistency'))]);
    changes.push(less(await shifted!(noisy, level), await denoise(noisy, level)));
  }
  const of = (all: Float32Array, i: number): Float32Array =>
    all.subarray((i * all.length) / size, ((i + 1) * all.length) / size);
  const between = (a: number, b: number): number =>
    meanOf(Array.from({ length: size }, (_, i) => cosine(of(changes[a]!, i), of(changes[b]!, i))));
  return [between(0, 1), between(1, 2), between(0, 2)];
}

async function evaluate(direction: SemanticDirection) {
  const { attribute, change, tap, edit } = direction;
  const held = [...examplesOf(attribute, data, 'test').pairs, ...examplesOf(attribute, data, 'val').pairs];
  const isHeld = held.length >= 4;
  const train = examplesOf(attribute, data, 'train', parseLeaveOut(direction.details['leftOut'] ?? null));
  const isLeftOut = train.leftOut.length > 0;
  const pool = isHeld ? held : isLeftOut ? train.leftOut : train.pairs;
  const order = permutation(fold(root, 'results', attribute), pool.length).subarray(0, n);
  const pairs = Array.from(order, (i) => pool[i]!);
  const x = gather(
    data,
    pairs.map(({ without }) => without),
  );
  const truth = gather(
    data,
    pairs.map((pair) => pair.with!),
  ).x;
  const size = pairs.length;
  const labels = Array.from(x.labels);
  const usual = { model, runtime, labels, steps, key: root, batch: size, tap };
  const start = await invertSemanticAll({ ...usual, pictures: x.x, refinements: 1 });
  const walk = (edits: readonly SemanticEdit[], at = start): Promise<Batch> =>
    semanticAll({ ...usual, start: at, edits, interval: { edit, boost: 0 } });
  const by = (strength: number): SemanticEdit => ({ change, strengths: pairs.map(() => strength) });
  const plain = await walk([]);
  const strengths = [-1, 0.5, 1, 2];
  const edited = new Map<number, Batch>();
  for (const strength of strengths) edited.set(strength, await walk([by(strength)]));
  const y = edited.get(1)!;
  const wanted = less(truth, x.x);
  const share = (picture: Batch): number => dot(less(picture, plain), wanted) / dot(wanted, wanted);

  // Homogeneity: does every picture change the same way, as the features of a classifier see it?
  const [f, g] = [await features.extract(plain), await features.extract(y)];
  const width = f.shape[1]!;
  const changes = Array.from({ length: size }, (_, i) =>
    Float64Array.from({ length: width }, (_, d) => g.data[i * width + d]! - f.data[i * width + d]!),
  );
  const mean = Float64Array.from({ length: width }, (_, d) => meanOf(changes.map((one) => one[d]!)));
  const homogeneity = meanOf(changes.map((one) => cosine(one, mean)));

  // Identity: what changed where the pair does not differ.
  const outside = [...wanted.keys()].filter((i) => Math.abs(wanted[i]!) < 0.05);
  const kept = Math.sqrt(meanOf(outside.map((i) => (y.data[i]! - plain.data[i]!) ** 2)));
  const inside = Math.sqrt(
    meanOf(
      [...wanted.keys()].filter((i) => Math.abs(wanted[i]!) >= 0.05).map((i) => (y.data[i]! - plain.data[i]!) ** 2),
    ),
  );

  // Baselines: the mean change of learnt pairs, in pixels and in the noise they are made of.
  const few = Array.from(
    permutation(fold(root, 'base', attribute), train.pairs.length).subarray(0, n),
    (i) => train.pairs[i]!,
  );
  const [a, b] = [
    gather(
      data,
      few.map(({ without }) => without),
    ),
    gather(
      data,
      few.map((pair) => pair.with!),
    ),
  ];
  const meanChange = (p: Batch, q: Batch): Float32Array => {
    const out = new Float32Array(p.data.length / few.length);
    for (const [i, d] of less(q, p).entries()) out[i % out.length]! += d / few.length;
    return out;
  };
  const added = (to: Batch, d: Float32Array): Batch =>
    floats(
      to.shape,
      to.data.map((value, i) => value + d[i % d.length]!),
    );
  const clipped = (z: Batch): Batch =>
    floats(
      z.shape,
      z.data.map((value) => Math.max(-1, Math.min(1, value))),
    );
  const inPixels = clipped(added(x.x, meanChange(a.x, b.x)));
  const back = { ...usual, labels: Array.from(a.labels), batch: few.length, refinements: 1 };
  const [na, nb] = [
    await invertSemanticAll({ ...back, pictures: a.x }),
    await invertSemanticAll({ ...back, pictures: b.x }),
  ];
  const inNoise = await walk([], added(start, meanChange(na, nb)));
  const otherClass = Array.from(x.labels, (label) => (label + 9) % 36); // the same group in the next style
  const swapped = await semanticAll({ ...usual, labels: otherClass, start, edits: [] });
  const cosines = Array.from({ length: size }, (_, i) => {
    const d = floats(
      [1, row(y, i).length],
      row(y, i).map((value, j) => value - row(plain, i)[j]!),
    );
    return cosine(d.data, wanted.subarray(i * d.data.length, (i + 1) * d.data.length));
  });
  const tag = train.tag;
  const told = [await accuracy(x.x, tag), await accuracy(y, tag), await accuracy(truth, tag)];
  return {
    name: isHeld ? attribute : `${attribute} ${isLeftOut ? '†' : '*'}`,
    cells: [
      String(size),
      ...[square(x.x, truth), square(plain, truth), square(y, truth)].map(shown),
      ...[square(inPixels, truth), square(inNoise, truth), square(swapped, truth)].map(shown),
      ...[share(y), meanOf(cosines), homogeneity].map(shown),
      ...[kept, inside].map(shown),
      told.map((value) => (value === null ? '–' : `${Math.round(100 * value)}`)).join(' → '),
    ],
    linear: strengths.map((strength) => share(edited.get(strength)!)),
    consistent: await consistency(direction, { x: x.x, labels }),
  };
}

const files = (await readdir(folder)).filter((name) => name.endsWith('.safetensors')).sort();
const table: string[] = [];
const lines: string[] = [];
const agreements: string[] = [];
const directions: SemanticDirection[] = [];
for (const file of files) {
  const direction = await loadDirection(join(folder, file));
  directions.push(direction);
  const { name, cells, linear, consistent } = await evaluate(direction);
  table.push(`| ${[name, ...cells].join(' | ')} |`);
  lines.push(`| ${[name, ...linear.map(shown)].join(' | ')} |`);
  agreements.push(`| ${[name, ...consistent.map(shown)].join(' | ')} |`);
  console.log(table.at(-1), '\n', lines.at(-1));
}
const heads =
  'N|unedited|inverted|edited|mean change in pixels|mean change in x_T|class of another style|share|cosine|homogeneity|moved outside|moved inside|judge, %';
console.log(`\nModel ${from} (${model.hash.slice(0, 12)}), ${steps} steps, seed 0.\n`);
console.log(`| Attribute | ${heads.split('|').join(' | ')} |\n|${' --- |'.repeat(14)}\n${table.join('\n')}\n`);
console.log(`| Attribute | −1 | ½ | 1 | 2 |\n|${' --- |'.repeat(5)}\n${lines.join('\n')}\n`);

console.log(`| Attribute | 0.5, 0.7 | 0.7, 0.9 | 0.5, 0.9 |\n|${' --- |'.repeat(4)}\n${agreements.join('\n')}\n`);

/** Two at once against the sum of one by one, on the figures of the first. */
const pairOf = ['skin-tone:dark', 'glasses'].map((name) => directions.find(({ attribute }) => attribute === name));
if (pairOf[0] && pairOf[1]) {
  const pool = [...examplesOf('woman', data, 'test').pairs, ...examplesOf('woman', data, 'val').pairs];
  const chosen = Array.from(permutation(fold(root, 'both'), pool.length).subarray(0, n), (i) => pool[i]!.without);
  const x = gather(data, chosen);
  const usual = {
    model,
    runtime,
    labels: Array.from(x.labels),
    steps,
    key: root,
    batch: chosen.length,
    tap: pairOf[0].tap,
  };
  const start = await invertSemanticAll({ ...usual, pictures: x.x, refinements: 1 });
  const walk = (edits: readonly SemanticDirection[]): Promise<Batch> =>
    semanticAll({
      ...{ ...usual, start, interval: { edit: pairOf[0]!.edit, boost: 0 } },
      edits: edits.map(({ change }) => ({ change, strengths: chosen.map(() => 1) })),
    });
  const [plain, one, two, both] = [
    await walk([]),
    await walk([pairOf[0]]),
    await walk([pairOf[1]]),
    await walk([pairOf[0], pairOf[1]]),
  ];
  const sum = less(one, plain).map((value, i) => value + two.data[i]! - plain.data[i]!);
  const joint = less(both, plain);
  const ratio = Math.sqrt(dot(joint, joint) / dot(sum, sum));
  console.log(
    `Composition of ${pairOf.map((one) => one!.attribute).join(' and ')}, N ${chosen.length}: cosine of both with the sum ${shown(cosine(joint, sum))}, length ${shown(ratio)} of it.`,
  );
}

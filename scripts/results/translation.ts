/**
 * How near translated emoji come to their true counterparts, which the data has under the same name in the other style, and
 * how well they come back, on held-out names.
 *
 *   node --import tsx scripts/results/translation.ts [N] [N of the cycle] [MODEL] [ONLY] [PICTURE.png]
 *
 * ONLY is a regular expression on the names of rows
 */
import { concatRows, floats, type HostArray, rows } from '../../src/core/host-array.js';
import { fold, key, permutation } from '../../src/core/random.js';
import { type DataSet, emoji, finish, gather, splitIndices } from '../../src/data/index.js';
import { fromBatch, type Picture, strip, writePng } from '../../src/files/index.js';
import { meanSquaredErrors, psnr, ssim, worstPixel } from '../../src/metrics/index.js';
import {
  classifierFeatures,
  editAll,
  type Inversions,
  invert,
  loadClassifier,
  loadModel,
  translate,
  walkBack,
} from '../../src/pipelines/index.js';
import { createRuntime } from '../../src/runtime/node.js';
import { type InversionName, partialNoising } from '../../src/sampling/index.js';

type Batch = HostArray<'float32'>;

const [count = '32', cycleCount = '12', path = 'models/emoji-32', only = '', picture = ''] = process.argv.slice(2);
const seed = 0;
const [from, to] = ['noto', 'twemoji'];
const model = await loadModel(path);
const runtime = createRuntime({ threads: 1 });
const data = await finish(emoji.load({}, { size: 32 }));
using features = classifierFeatures({
  model: await loadClassifier('models/features-32'),
  runtime,
  name: 'models/features-32',
});

const styleOf = (set: DataSet, i: number): string => set.classes![set.items[i]!.label]!.split('/')[0]!;
const held = [...splitIndices(data, 'val'), ...splitIndices(data, 'test')];
const others = new Map(held.filter((i) => styleOf(data, i) === to).map((i) => [data.items[i]!.name, i]));
const pairs = held.filter((i) => styleOf(data, i) === from && others.has(data.items[i]!.name));
const order = permutation(fold(key(seed), 'results', 'translation'), pairs.length);
const n = Math.min(Number(count), pairs.length);
const chosen = Array.from(order.subarray(0, n), (i) => pairs[i]!);
const source = gather(data, chosen);
const truth = gather(
  data,
  chosen.map((i) => others.get(data.items[i]!.name)!),
);
const own = { model, labels: Array.from(source.labels) };
const target = { model, labels: Array.from(truth.labels) };

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const strips: (readonly Picture[])[] = [fromBatch(source.x), fromBatch(truth.x)];

/** The mean over pictures, and the half-width of its 95 % interval. */
function spread(values: readonly number[], digits: number): string {
  const center = mean(values);
  const deviation = Math.sqrt(mean(values.map((value) => (value - center) ** 2)) / (values.length - 1));
  return `${center.toFixed(digits)} ± ${(1.96 * deviation).toFixed(digits)}`;
}

async function distances(a: Batch, b: Batch): Promise<readonly number[]> {
  const [u, v] = [await features.extract(a), await features.extract(b)];
  const size = u.shape[1]!;
  return Array.from({ length: u.shape[0]! }, (_, row) => {
    let sum = 0;
    for (let i = row * size; i < (row + 1) * size; i++) sum += (u.data[i]! - v.data[i]!) ** 2;
    return Math.sqrt(sum);
  });
}

const wanted = new RegExp(only);

async function report(name: string, make: () => Batch | Promise<Batch>, shown = false): Promise<void> {
  if (!wanted.test(name)) return;
  const pictures = await make();
  const clipped = floats(
    pictures.shape,
    pictures.data.map((x) => Math.max(-1, Math.min(1, x))),
  );
  const pair = { pictures: clipped, reference: truth.x };
  const row = [
    name,
    spread(meanSquaredErrors(pair), 4),
    spread(psnr(pair), 2),
    spread(ssim(pair), 3),
    spread(await distances(clipped, truth.x), 2),
  ];
  console.log(`| ${row.join(' | ')} |`);
  if (shown) strips.push(fromBatch(clipped));
}

/** For every source the picture of the target style, out of the training data, that is nearest in pixels. */
function nearest(): Batch {
  const pool = [...splitIndices(data, 'train')].filter((i) => styleOf(data, i) === to);
  const { x } = gather(data, pool);
  const found = Array.from({ length: n }, (_, row) => {
    const one = rows(source.x, row, row + 1).data;
    let [best, least] = [0, Infinity];
    for (let i = 0; i < pool.length; i++) {
      let sum = 0;
      for (let k = 0; k < one.length && sum < least; k++) sum += (one[k]! - x.data[i * one.length + k]!) ** 2;
      if (sum < least) [best, least] = [i, sum];
    }
    return rows(x, best, best + 1);
  });
  return concatRows(found);
}

/** A tolerance far below what can be seen; the exactness of the way is measured by scripts/results/inversion.ts. */
const chosenInversion = (name: InversionName) => ({
  name,
  ...(name === 'fixed-point' && { options: { tolerance: 1e-4 } }),
});

/** Noise is found once for each way; guidance changes the way back alone. */
const noises = new Map<string, Promise<Inversions>>();

interface Way {
  readonly name: InversionName;
  readonly steps: number;
  readonly strength: number;
  readonly guidance: number;
}

async function translated({ name, steps, strength, guidance }: Way): Promise<Batch> {
  const way = `${name} ${strength}`;
  const plan = { inversion: chosenInversion(name), steps, strength, seed };
  const found = noises.get(way) ?? finish(invert({ ...own, ...plan, runtime, pictures: source.x }));
  noises.set(way, found);
  return finish(walkBack({ ...target, runtime, guidance, found: await found }));
}

/** To the other style, or back: the first of the pictures. */
async function there(name: InversionName, steps: number, back: Batch | null): Promise<Batch> {
  const [a, b] = [own, target].map((side) => ({ ...side, labels: side.labels.slice(0, m) }));
  const work = translate({
    ...{ steps, seed, runtime, inversion: chosenInversion(name), pictures: back ?? rows(source.x, 0, m) },
    ...(back ? { source: b!, target: a! } : { source: a!, target: b! }),
  });
  for (;;) {
    const { done, value } = await work.next();
    if (done) return value.pictures;
  }
}

const m = Math.min(Number(cycleCount), n);
console.log(`N = ${n} held-out names of ${pairs.length}, ${from} → ${to}, seed ${seed}, ${path}; mean ± 95 %.`);
console.log(`Command: node --import tsx scripts/results/translation.ts ${process.argv.slice(2, 5).join(' ')}\n`);
console.log('| Method | MSE | PSNR, dB | SSIM | Distance of features |');
console.log('|---|---|---|---|---|');
await report('identity', () => source.x);
await report('nearest neighbour in the training pictures of twemoji', nearest, true);
for (const strength of [0.2, 0.35, 0.5, 0.65, 0.8]) {
  const make = () =>
    editAll({
      ...{ model, runtime, seed, steps: 20, labels: target.labels, pictures: source.x },
      edit: partialNoising({ strength }),
    });
  await report(`SDEdit, strength ${strength}`, make, strength === 0.5);
}
for (const [name, steps, strength, guidance] of [
  ['ddim', 20, 1, 1],
  ['fixed-point', 10, 1, 1],
  ['fixed-point', 10, 1, 2],
  ['fixed-point', 10, 0.7, 1],
  ['fixed-point', 10, 0.7, 3],
  ['edit-friendly', 20, 1, 1],
  ['edit-friendly', 20, 0.7, 1],
  ['edit-friendly', 20, 0.7, 3],
  ['edit-friendly', 20, 0.5, 3],
] as const) {
  const told = [
    `${steps} steps`,
    ...(strength < 1 ? [`strength ${strength}`] : []),
    ...(guidance > 1 ? [`guidance ${guidance}`] : []),
  ];
  const make = () => translated({ name, steps, guidance, strength });
  await report(`${name}, ${told.join(', ')}`, make, name !== 'ddim');
}
if (picture !== '') {
  const shown = Math.min(12, n);
  await writePng(
    picture,
    strip(
      strips.map((row) => row.slice(0, shown)),
      { scale: 2 },
    ),
  );
}

console.log(`\nThere and back, the first ${m} of them, guidance 1:\n`);
console.log('| Inversion | Steps | PSNR, dB | SSIM | Worst pixel, bytes (median) |');
console.log('|---|---|---|---|---|');
const walks: readonly (readonly [InversionName, readonly number[]])[] = [
  ['ddim', [5, 10, 20, 50]],
  ['second-order', [5, 10, 20, 50]],
  ['fixed-point', [5, 10, 20]],
];
for (const [name, all] of walks) {
  for (const steps of all) {
    if (!wanted.test(`cycle ${name} ${steps}`)) continue;
    const again = await there(name, steps, await there(name, steps, null));
    const pair = { pictures: again, reference: rows(source.x, 0, m) };
    const worst = [...worstPixel(pair)].sort((a, b) => a - b)[Math.floor(m / 2)]!;
    const row = [name, steps, spread(psnr(pair), 1), spread(ssim(pair), 4), worst.toPrecision(2)];
    console.log(`| ${row.join(' | ')} |`);
  }
}

/**
 * What edits make of held-out emoji: holes filled, small pictures enlarged, grey ones coloured, against simple baselines
 * and the pictures as they were.
 *
 *   node --import tsx scripts/results/editing.ts [N] [STEPS]
 */
import { floats, type HostArray } from '../../src/core/host-array.js';
import { fold, key, permutation } from '../../src/core/random.js';
import { emoji, finish, gather, splitIndices } from '../../src/data/index.js';
import { fromBatch, resize, toArray } from '../../src/files/index.js';
import { psnr, ssim } from '../../src/metrics/index.js';
import { editAll, editCost, loadModel } from '../../src/pipelines/index.js';
import { createRuntime } from '../../src/runtime/node.js';
import {
  averagePool,
  boxMask,
  colourise,
  type Edit,
  enlarged,
  inpaintByBlending,
  inpaintByGradient,
  luma,
  maskFor,
  repaint,
  seam,
  superResolution,
} from '../../src/sampling/index.js';

type Batch = HostArray<'float32'>;
type Box = readonly [left: number, top: number, width: number, height: number];

const [count = '24', length = '50'] = process.argv.slice(2);
const [n, steps] = [Number(count), Number(length)];
const seed = 0;
const model = await loadModel('models/emoji-32');
const runtime = createRuntime({ threads: 1 });
const data = await finish(emoji.load({}, { size: 32 }));
const held = [...splitIndices(data, 'val'), ...splitIndices(data, 'test')];
const order = permutation(fold(key(seed), 'results', 'editing'), held.length);
const { x: pictures, labels } = gather(
  data,
  Array.from(order.subarray(0, n), (i) => held[i]!),
);
const shared = { model, runtime, seed, steps, labels: Array.from(labels), batch: 8 };

console.log(
  `N = ${n} held-out emoji, seed ${seed}, models/emoji-32, told the class, guidance 1, ${steps} steps of ddim.`,
);
console.log(`Command: node --import tsx scripts/results/editing.ts ${process.argv.slice(2).join(' ')}`);

const holes: Readonly<Record<string, Box>> = {
  'a hole of 12 × 12': [10, 10, 12, 12],
  'the right half': [16, 0, 16, 32],
};
for (const [what, box] of Object.entries(holes)) {
  const mask = boxMask({ width: 32, height: 32, box });
  console.log(
    `\nInpainting, ${what}: PSNR and SSIM inside; the seam of the sources there is ${ratioOf(pictures, mask)}.\n`,
  );
  console.log('| Filled by | PSNR, dB | SSIM | Seam | Evaluations (+ gradients) | s a picture |');
  console.log('|---|---|---|---|---|---|');
  const hole = (x: Batch): Batch => cropped(x, box);
  const told = (name: string, filled: Batch, cost: string): void =>
    row(name, [...quality(hole(filled), hole(pictures)), ratioOf(filled, mask), cost]);
  told('the mean of the rest', meanFilled(mask), '– | –');
  const ways: Readonly<Record<string, Edit>> = {
    'blend, fresh noise': inpaintByBlending(),
    'blend, one noise': inpaintByBlending({ form: 'denoiser' }),
    'repaint, jump 5, 2 resamples': repaint({ jump: 5, resamples: 2 }),
    'repaint, jump 5, 5 resamples': repaint({ jump: 5, resamples: 5 }),
    'repaint, jump 1, 5 resamples': repaint({ jump: 1, resamples: 5 }),
    'dps, ζ′ = 1': inpaintByGradient({ scale: 1 }),
    'dps, ζ′ = 3': inpaintByGradient({ scale: 3 }),
    pigdm: inpaintByGradient({ rule: 'pigdm' }),
    ddnm: inpaintByGradient({ rule: 'ddnm' }),
  };
  for (const [name, edit] of Object.entries(ways)) {
    const { edited, cost } = await timed(edit, pictures, mask);
    told(name, edited, cost);
  }
}

const small = averagePool({ factor: 4 }).apply(pictures);
console.log(
  '\nSuper-resolution, 8 × 8 to 32 × 32: off is the mean distance of the means of blocks to the pixels given.\n',
);
console.log('| Enlarged by | PSNR, dB | SSIM | Off | Evaluations (+ gradients) | s a picture |');
console.log('|---|---|---|---|---|---|');
const off = (x: Batch): string => distance(averagePool({ factor: 4 }).apply(x), small);
const bicubic = await cubic(small);
for (const [name, x] of [
  ['blocks', enlarged(small, 4)],
  ['bicubic', bicubic],
] as const) {
  row(name, [...quality(x, pictures), off(x), '– | –']);
}
for (const [name, edit] of Object.entries({
  'dps, ζ′ = 1': superResolution({ scale: 1 }),
  'dps, ζ′ = 3': superResolution({ scale: 3 }),
  'dps, ζ′ = 6': superResolution({ scale: 6 }),
  pigdm: superResolution({ rule: 'pigdm' }),
  ddnm: superResolution({ rule: 'ddnm' }),
})) {
  const { edited, cost } = await timed(edit, small, null);
  row(name, [...quality(edited, pictures), off(edited), cost]);
}

const grey = luma().apply(pictures);
const asGrey = floats(pictures.shape);
for (let i = 0; i < asGrey.data.length; i++) asGrey.data[i] = grey.data[Math.floor(i / 3072) * 1024 + (i % 1024)]!;
console.log('\nColourisation: PSNR and SSIM of all channels; off is the mean distance of the brightness.\n');
console.log('| Coloured by | PSNR, dB | SSIM | Off | Evaluations (+ gradients) | s a picture |');
console.log('|---|---|---|---|---|---|');
const offGrey = (x: Batch): string => distance(luma().apply(x), grey);
row('left grey', [...quality(asGrey, pictures), offGrey(asGrey), '– | –']);
for (const [name, edit] of Object.entries({
  'dps, ζ′ = 1': colourise({ scale: 1 }),
  'dps, ζ′ = 3': colourise({ scale: 3 }),
  pigdm: colourise({ rule: 'pigdm' }),
  ddnm: colourise({ rule: 'ddnm' }),
})) {
  const { edited, cost } = await timed(edit, asGrey, null);
  row(name, [...quality(edited, pictures), offGrey(edited), cost]);
}

function row(name: string, cells: readonly string[]): void {
  console.log(`| ${[name, ...cells].join(' | ')} |`);
}

async function timed(edit: Edit, source: Batch, mask: Batch | null) {
  const options = { ...shared, edit, pictures: source, mask };
  const begin = performance.now();
  const edited = await editAll(options);
  const seconds = (performance.now() - begin) / 1000 / n;
  const { evaluations, pullbacks, batches } = editCost(options);
  const gradients = pullbacks > 0 ? ` + ${pullbacks / batches}` : '';
  return { edited: clipped(edited), cost: `${evaluations / batches}${gradients} | ${seconds.toFixed(2)}` };
}

function clipped({ shape, data }: Batch): Batch {
  return floats(
    shape,
    data.map((value) => Math.min(1, Math.max(-1, value))),
  );
}

function quality(x: Batch, reference: Batch): readonly [string, string] {
  const pair = { pictures: x, reference };
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean(psnr(pair).map((value) => Math.min(value, 100))).toFixed(2), mean(ssim(pair)).toFixed(3)];
}

function ratioOf(x: Batch, mask: Batch): string {
  return seam({ pictures: x, mask }).ratio.toFixed(2);
}

function distance(a: Batch, b: Batch): string {
  return (a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]!), 0) / a.data.length).toExponential(1);
}

function cropped({ shape, data }: Batch, [left, top, width, height]: Box): Batch {
  const [batch = 0, channels = 0, h = 0, w = 0] = shape;
  const out = floats([batch, channels, height, width]);
  for (let i = 0; i < out.data.length; i++) {
    const [x, line] = [i % width, Math.floor(i / width)];
    const [y, plane] = [line % height, Math.floor(line / height)];
    out.data[i] = data[(plane * h + top + y) * w + left + x]!;
  }
  return out;
}

/** The hole in the mean colour of what is around it, picture by picture. */
function meanFilled(mask: Batch): Batch {
  const whole = maskFor(mask, pictures.shape);
  const out = floats(pictures.shape, pictures.data.slice());
  for (let at = 0; at < out.data.length; at += 1024) {
    const known = Array.from({ length: 1024 }, (_, i) => at + i).filter((i) => whole.data[i] === 0);
    const mean = known.reduce((sum, i) => sum + pictures.data[i]!, 0) / known.length;
    for (let i = at; i < at + 1024; i++) if (whole.data[i]! > 0) out.data[i] = mean;
  }
  return out;
}

async function cubic(x: Batch): Promise<Batch> {
  const out = floats(pictures.shape);
  for (const [i, picture] of fromBatch(x).entries()) {
    out.data.set(toArray(await resize(picture, { width: 32, height: 32 })).data, i * 3072);
  }
  return out;
}

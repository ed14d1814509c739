/**
 * How well pictures come back from their noise, by inversion and number of steps, on held-out emoji.
 *
 *   node --import tsx scripts/results/inversion.ts [N] [STEPS,…] [NAME,…]
 */
import { fold, key, permutation } from '../../src/core/random.js';
import { emoji, finish, gather, splitIndices } from '../../src/data/index.js';
import { psnr, ssim, worstPixel } from '../../src/metrics/index.js';
import { invert, loadModel, walkBack } from '../../src/pipelines/index.js';
import { createRuntime } from '../../src/runtime/node.js';
import { type InversionName, inversions, type Solved } from '../../src/sampling/index.js';

const [count = '32', counts = '5,10,20,50,100', names = inversions.names.join()] = process.argv.slice(2);
const n = Number(count);
const seed = 0;
const model = await loadModel('models/emoji-32');
const runtime = createRuntime({ threads: 1 });
const data = await finish(emoji.load({}, { size: 32 }));
const held = [...splitIndices(data, 'val'), ...splitIndices(data, 'test')];
const order = permutation(fold(key(seed), 'results', 'inversion'), held.length);
const { x: pictures, labels } = gather(
  data,
  Array.from(order.subarray(0, n), (i) => held[i]!),
);

console.log(`N = ${n} held-out emoji, seed ${seed}, models/emoji-32, told the class, guidance 1.`);
console.log(`Command: node --import tsx scripts/results/inversion.ts ${process.argv.slice(2).join(' ')}\n`);
console.log('| Inversion | Steps | PSNR, dB | SSIM | Worst pixel, bytes | Same file | Solved | s a picture |');
console.log('|---|---|---|---|---|---|---|---|');
for (const name of names.split(',') as InversionName[]) {
  for (const steps of counts.split(',').map(Number)) {
    const begin = performance.now();
    const shared = { model, runtime, labels: Array.from(labels) };
    const found = await finish(invert({ ...shared, pictures, inversion: { name }, steps, seed }));
    const back = await finish(walkBack({ ...shared, found }));
    const seconds = (performance.now() - begin) / 1000 / n;
    const pair = { pictures: back, reference: pictures };
    const worst = worstPixel(pair);
    const row = [
      name,
      steps,
      mean(psnr(pair).map((value) => Math.min(value, 150))).toFixed(1),
      mean(ssim(pair)).toFixed(4),
      `${median(worst).toPrecision(2)} (most ${Math.max(...worst).toPrecision(2)})`,
      `${worst.filter((value) => value < 0.5).length} of ${n}`,
      found.solved ? solvedText(found.solved) : '–',
      seconds.toFixed(2),
    ];
    console.log(`| ${row.join(' | ')} |`);
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** The part of steps of pictures that converged, and rounds a step. */
function solvedText(solved: readonly Solved[]): string {
  const outcomes = solved.flatMap((step) => step.outcomes);
  const share = (100 * outcomes.filter((outcome) => outcome === 'converged').length) / outcomes.length;
  const diverged = outcomes.filter((outcome) => outcome === 'diverged').length;
  return `${share.toFixed(1)} % in ${mean(solved.map(({ rounds }) => rounds)).toFixed(1)} rounds, ${diverged} diverged`;
}

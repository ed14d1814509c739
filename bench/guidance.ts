/**
 * What does guidance cost? A guided answer about a batch, for the shipped model, beside one evaluation of the network for
 * as many rows as the guidance asks about: what is left over is the joining, the mathematics and the waiting. The two are
 * run in turns and compared pair by pair, so that a slow moment of the machine falls on both.
 *
 *     npx tsx bench/guidance.ts --write
 */
import { fileURLToPath } from 'node:url';
import { floats, type HostArray } from '../src/core/host-array.js';
import { key } from '../src/core/random.js';
import { batchSpace } from '../src/core/space.js';
import { dataShape } from '../src/nn/index.js';
import { batchNetwork, type Guiding, guider, loadModel, nullLabel } from '../src/pipelines/index.js';
import { createRuntime } from '../src/runtime/node.js';
import { assemble } from '../src/sampling/index.js';
import { benchOptions } from './options.js';
import { report, table } from './report.js';
import { brief, median } from './statistics.js';

const options = benchOptions();
/** Most that classifier-free guidance may cost, in evaluations of twice the batch. */
const limit = 1.05;

const model = await loadModel(fileURLToPath(new URL('../models/emoji-32', import.meta.url)));
const runtime = createRuntime({ threads: options.threads });
const { precondition, grid } = assemble(model.scheme);
const space = batchSpace();
const level = grid.level(500);
const free = nullLabel(model)!;

interface Case {
  readonly name: string;
  /** Rows asked about for each picture. */
  readonly rows: number;
  readonly guiding: (labels: readonly number[]) => Guiding;
}

const scale = { scale: 3 };
const free3 = { name: 'classifier-free', options: scale } as const;
const cases: readonly Case[] = [
  { name: 'none', rows: 1, guiding: () => ({ choices: [] }) },
  { name: 'classifier-free', rows: 2, guiding: () => ({ choices: [free3] }) },
  { name: 'classifier-free, rescaled', rows: 2, guiding: () => ({ choices: [free3, { name: 'rescale' }] }) },
  { name: 'apg', rows: 2, guiding: () => ({ choices: [{ name: 'apg', options: { ...scale, threshold: 10 } }] }) },
  { name: 'cfg++', rows: 2, guiding: () => ({ choices: [{ name: 'cfg++' }] }) },
  { name: 'negative', rows: 2, guiding: () => ({ choices: [{ name: 'negative', options: scale }], negatives: [1] }) },
  {
    name: 'composed of two',
    rows: 3,
    guiding: (labels) => ({
      choices: [free3],
      composed: labels.map((label) => [
        { label, weight: 1 },
        { label: 2, weight: -0.5 },
      ]),
    }),
  },
];

/** Milliseconds of guided answers and of bare runs of as many rows, in turns. */
async function measure({ rows, guiding }: Case, batch: number) {
  const labels = Array.from({ length: batch }, (_, i) => i % free);
  using network = batchNetwork({ model, runtime, batch });
  using guide = guider({ model, network, precondition, runtime, guiding: guiding(labels) });
  const { denoise } = guide({ pictures: labels.map((_, i) => i), labels, space });
  const shape = dataShape(model.config);
  const wide = space.gaussian(floats([rows * batch, ...shape]), key(1));
  const told = Array.from({ length: rows }, () => labels).flat();
  const { cNoise } = precondition(level);
  const time = async (run: () => Promise<HostArray<'float32'>>): Promise<number> => {
    const start = performance.now();
    await run();
    return performance.now() - start;
  };
  const pairs: { readonly guided: number; readonly bare: number }[] = [];
  for (let run = 0; run < options.repeats + 2; run++) {
    const x = space.gaussian(floats([batch, ...shape]), key(run)); // another x each time: answers are remembered
    const guided = (): Promise<number> => time(() => denoise(x, level));
    const bare = (): Promise<number> => time(() => network.run(wide, cNoise, told));
    const [a, b] = run % 2 === 0 ? [await guided(), await bare()] : [await bare(), await guided()];
    if (run >= 2) pairs.push(run % 2 === 0 ? { guided: a, bare: b } : { guided: b, bare: a });
  }
  return {
    guided: median(pairs.map((pair) => pair.guided)),
    bare: median(pairs.map((pair) => pair.bare)),
    ratio: median(pairs.map((pair) => pair.guided / pair.bare)),
  };
}

const results: string[][] = [];
let worst = 0;
for (const one of cases) {
  if (!one.name.includes(options.only)) continue;
  for (const batch of [1, 16]) {
    const { guided, bare, ratio } = await measure(one, batch);
    if (one.name === 'classifier-free') worst = Math.max(worst, ratio);
    results.push([
      one.name,
      String(batch),
      String(one.rows * batch),
      brief(guided),
      brief(bare),
      `${ratio.toFixed(3)} ×`,
    ]);
    console.log(results.at(-1)!.join('  '));
  }
}

const head = ['guidance', 'pictures', 'rows asked', 'guided, ms', 'bare run of these rows, ms', 'ratio'];
const verdict =
  worst === 0
    ? ''
    : ` Classifier-free guidance is at ${worst.toFixed(3)} ×, its limit is ${limit} ×${worst <= limit ? '' : ': missed'}.`;
report(
  'guidance',
  `## Guidance beside the network

Medians of ${options.repeats} pairs, one answer of \`models/emoji-32\` at one noise level, on ${options.threads} threads; the ratio is
the median of the ratios of pairs.${verdict}

${table([head, ...results])}`,
  options,
);

/**
 * What does an edit in h-space cost? One picture of 32 × 32 in 20 steps, from its noise and from the picture itself; and
 * 64 pictures beside plain sampling of as many, alternating, on the shipped model.
 *
 *     npx tsx bench/hspace.ts --write
 */
import { floats, type HostArray } from '../src/core/host-array.js';
import { gaussians, key } from '../src/core/random.js';
import { deltaNet, initialise } from '../src/nn/index.js';
import { invertSemanticAll, loadModel, type SemanticChange, semanticAll } from '../src/pipelines/index.js';
import { createRuntime } from '../src/runtime/node.js';
import { benchOptions } from './options.js';
import { report, table } from './report.js';
import { brief, median } from './statistics.js';

const options = benchOptions();
const model = await loadModel('models/emoji-32');
const runtime = createRuntime({ threads: options.threads });
const steps = 20;
const noise = (count: number): HostArray<'float32'> =>
  floats([count, 3, 32, 32], gaussians(key(count), count * 3 * 32 * 32));

/** An untrained function costs what a trained one does. */
const trained = (channels: number): SemanticChange => {
  const network = deltaNet({ channels, timeFeatures: 128 });
  return { kind: 'function', learned: { network, values: initialise(network.params, key(2)) } };
};
const fixed: SemanticChange = { kind: 'fixed', times: [0.5], values: floats([1, 128], gaussians(key(3), 128)) };
const changes = {
  'fixed, mid_block': { change: fixed, tap: 'mid_block' },
  'trained, mid_block': { change: trained(128), tap: 'mid_block' },
  'trained, up_blocks.1': { change: trained(64), tap: 'up_blocks.1' },
} as const;

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

const usual = { model, runtime, steps, key: key(0) };
const run = (count: number, name: keyof typeof changes | null) => () => {
  const edits = name === null ? [] : [{ change: changes[name].change, strengths: Array<number>(count).fill(1) }];
  const tap = name === null ? {} : { tap: changes[name].tap };
  return semanticAll({
    ...usual,
    ...tap,
    start: noise(count),
    labels: Array(count).fill(9),
    edits,
    batch: Math.min(16, count),
  });
};

const rows: (readonly string[])[] = [];
const repeats = Math.max(2, Math.round(options.repeats / 4));
for (const count of [1, 64]) {
  const names = [null, ...(Object.keys(changes) as (keyof typeof changes)[])];
  const times = names.map(() => [] as number[]);
  for (const name of names) await run(Math.min(count, 16), name)(); // compiled
  for (let round = 0; round < repeats; round++) {
    for (const [i, name] of names.entries()) times[i]!.push(await seconds(run(count, name)));
  }
  const plain = median(times[0]!);
  for (const [i, name] of names.entries()) {
    const own = median(times[i]!);
    rows.push([String(count), name ?? 'plain sampling', brief(own), brief(count / own), (plain / own).toFixed(2)]);
  }
}
const picture = noise(1);
const inverted = () => invertSemanticAll({ ...usual, pictures: picture, labels: [9], refinements: 2 });
await inverted();
const inversions: number[] = [];
for (let round = 0; round < repeats; round++) inversions.push(await seconds(inverted));
rows.push(['1', 'inversion of a real picture', brief(median(inversions)), '', '']);

const single = Number(rows.find(([count, name]) => count === '1' && name === 'trained, up_blocks.1')![2]);
const shares = rows.filter(([count, name]) => count === '64' && name !== 'plain sampling').map((row) => Number(row[4]));
const worst = Math.min(...shares);
const verdict = (met: boolean): string => (met ? '' : ', missed');
report(
  'hspace',
  `## An edit in h-space

${steps} steps of \`models/emoji-32\`, 32 × 32, the whole walk edited, on ${options.threads} threads, medians of ${repeats}. One picture takes
${brief(single)} s from its noise, its limit is 1.5 s${verdict(single <= 1.5)}; 64 pictures come at ${worst.toFixed(2)} of the throughput of plain sampling,
the limit is 0.5${verdict(worst >= 0.5)}.

${table([['Pictures', 'What', 'Seconds', 'Pictures/s', 'Throughput against plain'], ...rows])}`,
  options,
);

/**
 * What does a sampler cost beside the network? Every sampler walks 20 steps over a batch for the smallest U-Net of the
 * other benchmarks, with a denoiser that answers at once; the rest is overhead, given per step and as a share of the
 * network's time in that step.
 *
 *     npx tsx bench/sampler-overhead.ts --write
 */
import { floats, type HostArray } from '../src/core/host-array.js';
import { key } from '../src/core/random.js';
import { batchSpace } from '../src/core/space.js';
import { constant, input } from '../src/graph/index.js';
import { bindParams, initialise, presetConfig, unet2d } from '../src/nn/index.js';
import { createRuntime } from '../src/runtime/node.js';
import { assemble, type Sampler, samplers, startingNoise, trajectory } from '../src/sampling/index.js';
import { benchOptions } from './options.js';
import { report, table } from './report.js';
import { brief, median } from './statistics.js';

const options = benchOptions();
const [batch, count, size] = [32, 20, 16];
const like = floats([batch, 3, size, size]);

/** Median milliseconds of a forward pass of the preset `small`. */
async function networkTime(): Promise<number> {
  const network = unet2d(presetConfig('small'));
  const values = initialise(network.params, key(0));
  const params = bindParams(network.params, (path) => constant(values.get(path)!));
  const out = network.apply(params, { sample: input('x', like.shape), timestep: input('t', [batch]) });
  using executable = await createRuntime({ threads: options.threads }).compile({ outputs: { out } });
  const feeds = { x: like, t: floats([batch]) };
  const times: number[] = [];
  for (let run = 0; run < options.repeats + 2; run++) {
    const start = performance.now();
    await executable.run(feeds);
    if (run >= 2) times.push(performance.now() - start);
  }
  return median(times);
}

/** Milliseconds of a walk outside of the denoiser, and the denoiser's calls. */
async function walk(create: (given?: object) => Sampler): Promise<{ ms: number; calls: number } | string> {
  const space = batchSpace();
  const grid = { schedule: 'cosine', options: {}, count: 1000, zeroTerminalSnr: false } as const;
  try {
    const parts = assemble({
      grid,
      prediction: 'v',
      steps: { name: 'trailing' },
      sampler: { name: create().name as never },
      limit: { name: 'clip' },
    });
    const steps = parts.steps(count);
    const start = startingNoise({ steps, like, space, key: key(1) });
    let calls = 0;
    const denoise = async (x: HostArray<'float32'>): Promise<HostArray<'float32'>> => {
      calls += 1;
      return x;
    };
    const began = performance.now();
    const { sampler, limit } = parts;
    for await (const _ of trajectory({ denoise, sampler, steps, start, space, key: key(1), limit, grid: parts.grid }));
    return { ms: performance.now() - began, calls };
  } catch (error) {
    return (error as Error).message;
  }
}

const network = await networkTime();
const rows: string[][] = [];
for (const [name, create] of Object.entries(samplers.entries)) {
  if (!name.includes(options.only)) continue;
  const runs: { ms: number; calls: number }[] = [];
  for (let run = 0; run < options.repeats + 1; run++) {
    const result = await walk(create as (given?: object) => Sampler);
    if (typeof result === 'string') console.log(`${name}: ${result}`);
    else if (run > 0) runs.push(result);
  }
  if (runs.length === 0) continue;
  const [ms, { calls }] = [median(runs.map((run) => run.ms)), runs[0]!];
  const share = ms / (calls * network);
  rows.push([name, String(calls), brief(ms / calls), `${(100 * share).toFixed(2)} %`]);
}

const head = ['sampler', 'network calls', 'overhead per call, ms', 'share of the network'];
report(
  'sampler-overhead',
  `## Samplers without the network

Medians of ${options.repeats} walks of ${count} steps, cosine schedule, batch ${batch} of 3 × ${size} × ${size}; a forward pass of the preset
\`small\` takes ${brief(network)} ms for that batch on ${options.threads} threads.

${table([head, ...rows])}`,
  options,
);

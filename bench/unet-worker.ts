/**
 * The U-Net of a config on onnxruntime-node, in a process of its own so that its memory can be read: prints a greeting,
 * then answers requests like `bench/peers/torch_unet.py` does.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { floats, type HostArray, type Shape, sizeOf } from '../src/core/host-array.js';
import { fold, gaussians, key } from '../src/core/random.js';
import { type Graph, input, mean, optimize, square, sub } from '../src/graph/index.js';
import { bindParams, countParams, initialise, paramEntries, parseUnet2dConfig, unet2d } from '../src/nn/index.js';
import { createRuntime } from '../src/runtime/node.js';
import { adamw } from '../src/training/optimizers/adamw.js';
import { createStepper, type Stepper } from '../src/training/stepper.js';
import { type UpdateOptions, updateGraphs } from '../src/training/update.js';
import type { Measured, Request, WorkerGreeting } from './unet-step.js';
import { flops } from './work.js';

const { values } = parseArgs({
  options: {
    config: { type: 'string' },
    batch: { type: 'string' },
    threads: { type: 'string', default: '2' },
    warmup: { type: 'string', default: '2' },
  },
});
const baselineMb = memoryMb('VmRSS');

const network = unet2d(parseUnet2dConfig(JSON.parse(readFileSync(values.config!, 'utf8'))));
const { config } = network;
const batch = Number(values.batch);
const size = config.sample_size as number;
const shape = [batch, config.in_channels, size, size];
const runtime = createRuntime({ threads: Number(values.threads) });
const random = (of: Shape, label: string): HostArray<'float32'> =>
  floats(of, gaussians(fold(key(1), label), sizeOf(of)));
const feeds = {
  x: random(shape, 'x'),
  t: floats(
    [batch],
    Array.from({ length: batch }, (_, i) => (i * 997) % 1000),
  ),
};
const inputs = { sample: input('x', shape), timestep: input('t', [batch]) };
/** Drawn when needed: what is trained or built in is then the only copy, as in torch. */
const initial = () => initialise(network.params, key(2));

const forwardGraph: Graph = optimize({
  outputs: {
    y: network.apply(
      bindParams(network.params, (path, spec) => input(path, spec.shape)),
      inputs,
    ),
  },
});

const update: UpdateOptions = {
  objective: {
    parameters: new Map(paramEntries(network.params).map(([path, spec]) => [path, spec.shape])),
    losses(parameter) {
      const raw = network.apply(
        bindParams(network.params, (path) => parameter(path)),
        inputs,
      );
      return mean(square(sub(raw, input('target', raw.shape))), { axes: [1, 2, 3] });
    },
  },
  optimizer: adamw(),
  clip: false,
  ema: false,
  accumulate: 1,
};

/** The work of each kind, made when it is first asked for, so that one's memory is not counted as the other's. */
const makers = {
  async forward() {
    const executable = await runtime.compile(forwardGraph, { constants: Object.fromEntries(initial()) });
    return { run: () => executable.run(feeds), close: () => executable.close() };
  },
  async train() {
    const stepper: Stepper = await createStepper({ ...update, runtime, initial: initial() });
    const batches = [{ ...feeds, target: random(shape, 'target') }];
    return { run: () => stepper.step(batches, { lr: 1e-4 }), close: () => stepper[Symbol.dispose]() };
  },
};

let current:
  | { kind: Request['kind']; work: Awaited<ReturnType<(typeof makers)[Request['kind']]>>; createMs: number }
  | undefined;

async function measure({ kind, repeats }: Request): Promise<Measured> {
  if (current?.kind !== kind) {
    current?.work.close();
    const start = performance.now();
    const work = await makers[kind]();
    current = { kind, work, createMs: performance.now() - start };
    for (let i = 0; i < Number(values.warmup); i++) await work.run();
  }
  resetPeak();
  const ms: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await current.work.run();
    ms.push(performance.now() - start);
  }
  return { kind, ms, peak_mb: memoryMb('VmHWM'), create_ms: current.createMs };
}

/** A line of /proc/self/status in MB: VmRSS is now, VmHWM the peak since `resetPeak`. NaN where there is no /proc. */
function memoryMb(field: string): number {
  try {
    const status = readFileSync('/proc/self/status', 'ascii');
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

function resetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // No /proc: the peak is that of the whole process.
  }
}

const greeting: WorkerGreeting = {
  parameters: countParams(network.params),
  baseline_mb: baselineMb,
  forward_flops: flops(forwardGraph),
  train_flops: flops(updateGraphs(update).gradients),
};
console.log(JSON.stringify(greeting));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await measure(JSON.parse(line) as Request)));
}

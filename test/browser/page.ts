import { floats } from '../../src/core/host-array.js';
import { fold, gaussians, key } from '../../src/core/random.js';
import { input, mean, ops, square, sub } from '../../src/graph/index.js';
import { bindParams, initialise, paramEntries, parseUnet2dConfig, unet2d } from '../../src/nn/index.js';
import { referenceRuntime } from '../../src/runtime/reference.js';
import type { Runtime } from '../../src/runtime/runtime.js';
import { createRuntime } from '../../src/runtime/web.js';
import { adamw } from '../../src/training/optimizers/adamw.js';
import { createStepper } from '../../src/training/stepper.js';
import { evaluateGraph } from '../evaluate.js';
import { opCase, worst } from '../op-cases.js';

type Device = 'wasm' | 'webgpu';
type OpName = keyof typeof ops.entries;

const runtimeOn = (device: Device): Runtime =>
  createRuntime({ device, threads: device === 'wasm' ? 2 : 1, wasmPaths: '/engine/' });

interface CheckOptions {
  readonly tolerance: number;
  readonly samples: number;
}

/** What the tests call inside the page. */
export interface BrowserTests {
  readonly isolated: boolean;
  /** The differences of an op and its gradient from their meaning, over its first samples. */
  checkOp(device: Device, name: OpName, options: CheckOptions): Promise<readonly string[]>;
  /** Two runs started at once give the answers of two runs one after the other. */
  checkConcurrentRuns(device: Device): Promise<readonly number[]>;
  /** Losses of a tiny U-Net on one batch, training step by training step. */
  train(device: Device | 'reference', steps: number): Promise<readonly number[]>;
  /** The message of the error that creating a runtime gives. */
  refusal(options: Parameters<typeof createRuntime>[0]): Promise<string>;
}

/** Residual blocks, attention, group norm, time and skip connections at one level: few shapes, hence few shaders. */
const config = parseUnet2dConfig({
  sample_size: 8,
  block_out_channels: [8],
  down_block_types: ['DownBlock2D'],
  up_block_types: ['UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 4,
});

const tests: BrowserTests = {
  isolated: globalThis.crossOriginIsolated,

  async checkOp(device, name, { tolerance, samples }) {
    const differences: string[] = [];
    for (const index of ops.entries[name].definition.samples.slice(0, samples).keys()) {
      const { outputs, feeds } = opCase(name, index);
      const expected = await evaluateGraph(outputs, feeds);
      using executable = await runtimeOn(device).compile({ outputs });
      const got = await executable.run(feeds);
      for (const [label, { data }] of Object.entries(expected)) {
        const difference = worst(got[label]!.data, data, tolerance);
        if (difference) differences.push(`sample ${index} ${label}${difference}`);
      }
    }
    return differences;
  },

  async checkConcurrentRuns(device) {
    const x = input('x', [1]);
    using executable = await runtimeOn(device).compile({ outputs: { y: square(x) } });
    const results = await Promise.all([2, 3].map((value) => executable.run({ x: floats([1], [value]) })));
    return results.map(({ y }) => Number(y!.data[0]));
  },

  async train(device, steps) {
    const network = unet2d(config);
    const shape = [2, 3, 8, 8];
    const numbers = (label: string) => floats(shape, gaussians(fold(key(3), label), 2 * 3 * 8 * 8));
    using stepper = await createStepper({
      runtime: device === 'reference' ? referenceRuntime() : runtimeOn(device),
      objective: {
        parameters: new Map(paramEntries(network.params).map(([path, spec]) => [path, spec.shape])),
        losses(parameter) {
          const params = bindParams(network.params, (path) => parameter(path));
          const raw = network.apply(params, { sample: input('x', shape), timestep: input('t', [2]) });
          return mean(square(sub(raw, input('target', shape))), { axes: [1, 2, 3] });
        },
      },
      initial: initialise(network.params, key(1)),
      optimizer: adamw(),
      clip: true,
      ema: true,
      accumulate: 1,
    });
    const batch = { x: numbers('x'), target: numbers('target'), t: floats([2], [10, 900]) };
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      losses.push((await stepper.step([batch], { lr: 1e-2, clip: 1, emaDecay: 0.9 })).loss);
    }
    return losses;
  },

  async refusal(options) {
    try {
      createRuntime(options);
    } catch (error) {
      return (error as Error).message;
    }
    return 'no refusal';
  },
};

Object.assign(globalThis, { tests, ready: true });

import { floats, type HostArray, int64s, sizeOf } from '../../core/host-array.js';
import { fold, gaussians, type Key, key } from '../../core/random.js';
import { drawMasks, initialise, type PresetName, presetConfig, unet2d } from '../../nn/index.js';
import { batchNetwork } from '../../pipelines/network.js';
import type { Runtime } from '../../runtime/runtime.js';
import { adamw, createStepper, denoisingObjective, updateGraphs } from '../../training/index.js';
import { graphFlops } from '../inspect/cost.js';
import { describeNetwork } from '../inspect/describe-network.js';
import { gflops, round, timed } from './measure.js';

export interface BenchPresetOptions {
  readonly preset: PresetName;
  readonly size: number | null;
  readonly classes: number;
  readonly batch: number;
  /** Steps from noise to picture, for the throughput of sampling. */
  readonly steps: number;
  readonly runs: number;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
}

/** The network that is measured; refuses a size that it cannot have. */
export const benchConfig = ({ preset, size, classes }: Pick<BenchPresetOptions, 'preset' | 'size' | 'classes'>) =>
  presetConfig(preset, { ...(size !== null && { size }), classes });

/** Times of a forward pass and of a training step with AdamW, and what follows from them. */
export async function benchPreset(options: BenchPresetOptions) {
  const { preset, classes, batch } = options;
  const config = benchConfig(options);
  const { parameters } = describeNetwork(unet2d(config));
  const forward = await benchForward(config, options);
  const training = await benchTraining(config, options);
  return { preset, size: config.sample_size, classes, parameters, batch, forward, training };
}

type Config = ReturnType<typeof presetConfig>;

async function benchForward(config: Config, { runtime, batch, steps, runs, signal }: BenchPresetOptions) {
  const network = unet2d(config);
  const flops = batch * describeNetwork(network).flops;
  const values = initialise(network.params, key(0));
  const begin = performance.now();
  using compiled = batchNetwork({ model: { config, network, values }, runtime, batch });
  const session = round(performance.now() - begin);
  const x = noise([batch, config.in_channels, ...side(config)], key(1));
  const labels = config.num_class_embeds === null ? null : Array.from({ length: batch }, () => 0);
  const milliseconds = await timed(() => compiled.run(x, 500, labels), runs, signal);
  return {
    milliseconds,
    gflops: gflops(flops, milliseconds),
    sessionMilliseconds: session,
    sampling: { steps, picturesPerSecond: round((1000 * batch) / (milliseconds.median * steps)) },
  };
}

async function benchTraining(config: Config, { runtime, batch, runs, signal }: BenchPresetOptions) {
  const network = unet2d(config);
  const picture = [config.in_channels, ...side(config)];
  const conditional = config.num_class_embeds !== null;
  const objective = denoisingObjective({ network, batch, picture, conditional, training: true });
  const given = { objective, optimizer: adamw(), clip: true, ema: true, accumulate: 1 };
  const flops = graphFlops(updateGraphs(given).gradients);
  const begin = performance.now();
  using stepper = await createStepper({ ...given, runtime, initial: initialise(network.params, key(0)) });
  const session = round(performance.now() - begin);
  const feeds = {
    x: noise([batch, ...picture], key(1)),
    target: noise([batch, ...picture], key(2)),
    t: floats([batch], new Float32Array(batch).fill(500)),
    weight: floats([batch], new Float32Array(batch).fill(1)),
    ...(conditional && { class_labels: int64s([batch], new Array<number>(batch).fill(0)) }),
    ...drawMasks(objective.masks(), key(3)),
  };
  const step = () => stepper.step([feeds], { lr: 1e-4, clip: 1, emaDecay: 0.999 });
  const milliseconds = await timed(step, runs, signal);
  return {
    milliseconds,
    gflops: gflops(flops, milliseconds),
    sessionMilliseconds: session,
    picturesPerSecond: round((1000 * batch) / milliseconds.median),
  };
}

const side = ({ sample_size: size }: Config): readonly [number, number] =>
  typeof size === 'number' ? [size, size] : (size as readonly [number, number]);

const noise = (shape: readonly number[], from: Key): HostArray<'float32'> =>
  floats(shape, gaussians(fold(from, 'bench'), sizeOf(shape)));

import { floats, type HostArray } from '../src/core/host-array.js';
import { fold, gaussians, key } from '../src/core/random.js';
import {
  conv2d,
  type Graph,
  grad,
  input,
  mean,
  mul,
  optimize,
  relu,
  square,
  sub,
  type Tensor,
} from '../src/graph/index.js';
import { bindParams, initialise, type PresetName, paramEntries, presetConfig, unet2d } from '../src/nn/index.js';
import { createRuntime } from '../src/runtime/web.js';
import { adamw } from '../src/training/optimizers/adamw.js';
import { createStepper } from '../src/training/stepper.js';
import { median, timed, warmUp } from './statistics.js';
import type { Contest, Outcome, SmallNet } from './web.js';
import { flops } from './work.js';

export interface UnetOutcome {
  readonly forward: number;
  readonly train: number;
  readonly forwardFlops: number;
}

/** What `bench/web.ts` calls inside the page. */
export interface WebBench {
  small(contest: Contest): Promise<Outcome>;
  unet(options: { preset: PresetName; batch: number; threads: number; repeats: number }): Promise<UnetOutcome>;
}

const array = ({ data, shape }: SmallNet['x']): HostArray<'float32'> => floats(shape, [...data]);

/** The small net: its output, its loss, and the weights after a step down the gradient. */
function smallGraphs(net: SmallNet): { readonly forward: Graph; readonly train: Graph } {
  const weights = net.weights.map(({ shape }, i) => input(`w${i}`, shape));
  let y: Tensor = input('x', net.x.shape);
  for (const [i, w] of weights.entries()) {
    y = conv2d(y, w, { padding: 1 });
    if (i < weights.length - 1) y = relu(y);
  }
  const loss = mean(square(sub(y, input('target', net.target.shape))));
  const next = grad(loss, weights).map((g, i) => [`next${i}`, sub(weights[i]!, mul(g, net.rate))] as const);
  return { forward: optimize({ outputs: { y } }), train: optimize({ outputs: { loss, ...Object.fromEntries(next) } }) };
}

const bench: WebBench = {
  async small({ net, repeats, threads }) {
    const runtime = createRuntime({ threads, wasmPaths: '/engine/' });
    const graphs = smallGraphs(net);
    const named = (weights: readonly HostArray[]) => Object.fromEntries(weights.map((w, i) => [`w${i}`, w]));
    let weights: readonly HostArray[] = net.weights.map(array);
    const [x, target] = [array(net.x), array(net.target)];
    using forward = await runtime.compile(graphs.forward, { constants: named(weights) });
    using train = await runtime.compile(graphs.train);
    const step = () => train.run({ x, target, ...named(weights) });
    const lossNow = async () => Number((await step())['loss']!.data[0]);
    const first = await lossNow();
    await warmUp(() => forward.run({ x }));
    const forwardMs = median(await timed(repeats, () => forward.run({ x })));
    await warmUp(step);
    const trainMs = await timed(repeats, async () => {
      const results = await step();
      weights = weights.map((_, i) => results[`next${i}`]!);
    });
    return { forward: { ms: forwardMs, loss: first }, train: { ms: median(trainMs), loss: await lossNow() } };
  },

  async unet({ preset, batch, threads, repeats }) {
    const config = presetConfig(preset);
    const network = unet2d(config);
    const size = config.sample_size as number;
    const shape = [batch, config.in_channels, size, size];
    const count = batch * config.in_channels * size * size;
    const numbers = (label: string) => floats(shape, gaussians(fold(key(1), label), count));
    const feeds = { x: numbers('x'), t: floats([batch], new Float32Array(batch).fill(500)) };
    const inputs = { sample: input('x', shape), timestep: input('t', [batch]) };
    const initial = initialise(network.params, key(2));
    const runtime = createRuntime({ threads, wasmPaths: '/engine/' });

    const graph = optimize({
      outputs: {
        y: network.apply(
          bindParams(network.params, (path, spec) => input(path, spec.shape)),
          inputs,
        ),
      },
    });
    using forward = await runtime.compile(graph, { constants: Object.fromEntries(initial) });
    await warmUp(() => forward.run(feeds));
    const forwardMs = median(await timed(repeats, () => forward.run(feeds)));

    using stepper = await createStepper({
      runtime,
      initial,
      objective: {
        parameters: new Map(paramEntries(network.params).map(([path, spec]) => [path, spec.shape])),
        losses(parameter) {
          const raw = network.apply(
            bindParams(network.params, (path) => parameter(path)),
            inputs,
          );
          return mean(square(sub(raw, input('target', shape))), { axes: [1, 2, 3] });
        },
      },
      optimizer: adamw(),
      clip: false,
      ema: false,
      accumulate: 1,
    });
    const batches = [{ ...feeds, target: numbers('target') }];
    await warmUp(() => stepper.step(batches, { lr: 0 }));
    const trainMs = median(await timed(repeats, () => stepper.step(batches, { lr: 1e-4 })));
    return { forward: forwardMs, train: trainMs, forwardFlops: flops(graph) };
  },
};

Object.assign(globalThis, { bench, ready: true });

import { floats, type HostArray, type Shape } from '../core/host-array.js';
import { asSeen } from '../diffusion/index.js';
import { constant, input, optimize } from '../graph/index.js';
import { bindParams } from '../nn/index.js';
import { type Executable, executables, type Runtime } from '../runtime/index.js';
import { assemble } from '../sampling/index.js';
import type { ClassifierModel } from './classifier.js';
import { inBatches, withChannels } from './picture-batches.js';

type Batch = HostArray<'float32'>;

export interface ClassifierRunOptions {
  readonly model: ClassifierModel;
  readonly runtime: Runtime;
  readonly output: 'features' | 'logits';
  /** Pictures computed together. */
  readonly batch?: number;
}

/** One output of a classifier for clean pictures. */
export interface ClassifierRun extends Disposable {
  /** Pictures [B, C, H, W] in [−1, 1] → [B, D]. */
  run(pictures: Batch): Promise<Batch>;
}

/** Runs a classifier on clean pictures of any size, compiled once for each; one that knows noise is told that there is none. */
export function classifierRun({ model, runtime, output, batch = 64 }: ClassifierRunOptions): ClassifierRun {
  const { network, values } = model;
  const { in_channels: channels, noise_conditional: noisy } = network.config;
  const told = model.scheme ? asSeen(assemble(model.scheme)).told(0) : 0; // clean pictures are at the first level
  const compiled = executables();
  const compile = (shape: Shape): Promise<Executable> => {
    const params = bindParams(network.params, (path, { shape: of }) => input(path, of));
    const timestep = noisy ? constant(floats([shape[0]!], new Float32Array(shape[0]!).fill(told))) : undefined;
    const out = network.apply(params, { sample: input('x', shape), timestep })[output];
    return runtime.compile(optimize({ outputs: { out } }), { constants: Object.fromEntries(values) });
  };
  return {
    run: async (pictures) =>
      inBatches(withChannels(pictures, channels), batch, async (part) => {
        const executable = await compiled.get(part.shape.join(), () => compile(part.shape));
        return (await executable.run({ x: part }))['out'] as Batch;
      }),
    [Symbol.dispose]: () => compiled[Symbol.dispose](),
  };
}

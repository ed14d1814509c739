import { floats, type Shape, sizeOf } from '../../core/host-array.js';
import { fold, gaussians, key } from '../../core/random.js';
import { conv2d, input, matmul, type Tensor } from '../../graph/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { graphFlops } from '../inspect/cost.js';
import { gflops, type Timing, timed } from './measure.js';

export interface PeakOptions {
  readonly runtime: Runtime;
  readonly runs: number;
  readonly signal: AbortSignal;
}

export interface Peak {
  readonly what: string;
  readonly gflops: number;
  readonly milliseconds: Timing;
}

/** What the machine reaches in the two operations that networks are made of, one large call at a time. */
export async function machinePeak(options: PeakOptions): Promise<{ readonly matmul: Peak; readonly conv: Peak }> {
  const [n, batch, channels, side] = [1024, 16, 64, 32];
  return {
    matmul: await peakOf({
      ...options,
      what: `matmul ${n} × ${n} × ${n}`,
      shapes: [
        [n, n],
        [n, n],
      ],
      build: (a, b) => matmul(a, b),
    }),
    conv: await peakOf({
      ...options,
      what: `conv2d 3 × 3, ${channels} to ${channels} channels, ${batch} × ${side} × ${side}`,
      shapes: [
        [batch, channels, side, side],
        [channels, channels, 3, 3],
      ],
      build: (x, w) => conv2d(x, w, { padding: [1, 1, 1, 1] }),
    }),
  };
}

interface PeakOfOptions extends PeakOptions {
  readonly what: string;
  readonly shapes: readonly [Shape, Shape];
  readonly build: (x: Tensor, weights: Tensor) => Tensor;
}

/** With the second operand built in, as weights are when sampling. */
async function peakOf({ runtime, runs, signal, what, shapes, build }: PeakOfOptions): Promise<Peak> {
  const [x, weights] = shapes.map((shape, i) => floats(shape, gaussians(fold(key(0), i), sizeOf(shape))));
  const graph = { outputs: { y: build(input('x', shapes[0]), input('w', shapes[1])) } };
  using executable = await runtime.compile(graph, { constants: { w: weights! } });
  const milliseconds = await timed(() => executable.run({ x: x! }), runs, signal);
  return { what, gflops: gflops(graphFlops(graph), milliseconds), milliseconds };
}

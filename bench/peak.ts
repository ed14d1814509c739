/**
 * What does this machine compute at most, through the engine? The yardstick beside which other rates are read.
 *
 *     npx tsx bench/peak.ts --write
 */
import { fileURLToPath } from 'node:url';
import { floats, type HostArray, type Shape, sizeOf } from '../src/core/host-array.js';
import { fold, gaussians, key } from '../src/core/random.js';
import { conv2d, type Graph, input, matmul, sum, type Tensor } from '../src/graph/index.js';
import { createRuntime } from '../src/runtime/node.js';
import { benchOptions } from './options.js';
import { report, table } from './report.js';
import { brief, timed } from './statistics.js';
import { flops } from './work.js';

/** GFLOP/s. */
export interface Peak {
  readonly matmul: number;
  readonly conv: number;
}

/** The best of several runs of a chain of large products, and of convolutions of the size a U-Net has. */
export async function measurePeak(threads: number): Promise<Peak> {
  const product = chain({ length: 4, start: [1024, 1024], weight: [1024, 1024], apply: (x, w) => matmul(x, w) });
  const convolution = chain({
    length: 6,
    start: [16, 64, 32, 32],
    weight: [64, 64, 3, 3],
    apply: (x, w) => conv2d(x, w, { padding: 1 }),
  });
  return { matmul: await rate(product, threads), conv: await rate(convolution, threads) };
}

interface Chain {
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, HostArray>>;
  readonly constants: Readonly<Record<string, HostArray>>;
}

interface ChainOptions {
  readonly length: number;
  readonly start: Shape;
  readonly weight: Shape;
  readonly apply: (x: Tensor, w: Tensor) => Tensor;
}

/** One op applied again and again, ending in a single number so that nothing large is copied out. */
function chain({ length, start, weight, apply }: ChainOptions): Chain {
  const scale = 1 / Math.sqrt(sizeOf(weight) / weight[0]!);
  const random = (shape: Shape, label: string, by: number): HostArray =>
    floats(
      shape,
      gaussians(fold(key(1), label), sizeOf(shape)).map((v) => v * by),
    );
  let y: Tensor = input('x', start);
  const constants: Record<string, HostArray> = {};
  for (let i = 0; i < length; i++) {
    y = apply(y, input(`w${i}`, weight));
    constants[`w${i}`] = random(weight, `w${i}`, scale);
  }
  return { graph: { outputs: { total: sum(y) } }, feeds: { x: random(start, 'x', 1) }, constants };
}

async function rate({ graph, feeds, constants }: Chain, threads: number): Promise<number> {
  using executable = await createRuntime({ threads }).compile(graph, { constants });
  const times = await timed(12, () => executable.run(feeds));
  return flops(graph) / Math.min(...times) / 1e6;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = benchOptions();
  const { matmul: product, conv } = await measurePeak(options.threads);
  const body = [
    '## Peak of the machine',
    '',
    `The best of 12 runs through onnxruntime-node, ${options.threads} threads.`,
    '',
    table([
      ['work', 'GFLOP/s'],
      ['matrix product, 1024 × 1024 × 1024', brief(product)],
      ['3 × 3 convolution, 16 × 64 × 32 × 32, constant weights', brief(conv)],
    ]),
  ].join('\n');
  report('peak', body, options);
}

import { sizeOf } from '../../core/host-array.js';
import { type Graph, input, optimize, type Tensor } from '../../graph/index.js';
import { countParams, paramEntries, paramInputs, recordTaps, type UNet2d } from '../../nn/index.js';
import { graphFlops, type PartCost, partCosts, peakBytes } from './cost.js';

export interface NetworkPart extends PartCost {
  readonly parameters: number;
}

export interface NetworkDescription {
  readonly parameters: number;
  /** Of one forward pass of one picture. */
  readonly flops: number;
  readonly memory: {
    /** Bytes of the weights in memory. */
    readonly weights: number;
    /** Bytes of intermediate results of one picture, at the worst moment. */
    readonly activations: number;
  };
  readonly parts: readonly NetworkPart[];
  /** The forward pass of one picture, simplified. */
  readonly graph: Graph;
}

/** What can be said of a network without running it. */
export function describeNetwork(network: UNet2d): NetworkDescription {
  const { config, params: tree } = network;
  const { sample_size: size, in_channels: channels } = config;
  const [height, width] = typeof size === 'number' ? [size, size] : (size as readonly [number, number]);
  const { params } = paramInputs(tree);
  const { context, taps } = recordTaps();
  const sample = input('x', [1, channels, height, width]);
  const out = network.apply(params, { sample, timestep: input('t', [1]), classLabels: labelInput(network) }, context);
  const graph = { outputs: { out } };
  const ends = new Map<string, Tensor>([...taps, ['output', out]]);
  const parameters = countParams(tree);
  return {
    parameters,
    flops: graphFlops(graph),
    memory: { weights: 4 * parameters, activations: peakBytes(optimize(graph)) },
    parts: partCosts(ends).map((part) => ({ ...part, parameters: parametersOf(network, part.name) })),
    graph: optimize(graph),
  };
}

function labelInput({ config, params }: UNet2d): Tensor | undefined {
  if (config.num_class_embeds !== null && config.class_embed_type === null) return input('class_labels', [1], 'int64');
  if (config.class_embed_type === 'timestep') return input('class_labels', [1]);
  if (config.class_embed_type === null) return undefined;
  const features = paramEntries(params).find(([path]) => path === 'time_embedding.linear_2.bias')![1].shape[0]!;
  return input('class_labels', [1, features]);
}

const sections: Readonly<Record<string, RegExp>> = {
  time_embedding: /^(time_proj|time_embedding|class_embedding)\./,
  output: /^conv_(norm_)?out\./,
};

/** Parameters whose path lies in the part. */
function parametersOf({ params }: UNet2d, part: string): number {
  const belongs = (path: string): boolean => sections[part]?.test(path) ?? path.startsWith(`${part}.`);
  return paramEntries(params).reduce((sum, [path, { shape }]) => sum + (belongs(path) ? sizeOf(shape) : 0), 0);
}

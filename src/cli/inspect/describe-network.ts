import { sizeOf } from '../../core/host-array.js';
import { type Graph, input, optimize, type Tensor } from '../../graph/index.js';
import {
  countParams,
  isMlpConfig,
  type Network,
  paramEntries,
  paramInputs,
  recordTaps,
  sampleShape,
} from '../../nn/index.js';
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
export function describeNetwork(network: Network): NetworkDescription {
  const { config, params: tree } = network;
  const { params } = paramInputs(tree);
  const { context, taps } = recordTaps();
  const sample = input('x', [1, ...sampleShape(config)]);
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

function labelInput({ config, params }: Network): Tensor | undefined {
  const kind = isMlpConfig(config) ? null : config.class_embed_type;
  if (config.num_class_embeds !== null && kind === null) return input('class_labels', [1], 'int64');
  if (kind === 'timestep') return input('class_labels', [1]);
  if (kind === null) return undefined;
  const features = paramEntries(params).find(([path]) => path === 'time_embedding.linear_2.bias')![1].shape[0]!;
  return input('class_labels', [1, features]);
}

const sections: Readonly<Record<string, RegExp>> = {
  time_embedding: /^(time_proj|time_embedding|class_embedding)\./,
  output: /^(conv_(norm_)?out|proj_out)\./,
};

/** Parameters whose path lies in the part. */
function parametersOf({ params }: Network, part: string): number {
  const belongs = (path: string): boolean => sections[part]?.test(path) ?? path.startsWith(`${part}.`);
  return paramEntries(params).reduce((sum, [path, { shape }]) => sum + (belongs(path) ? sizeOf(shape) : 0), 0);
}

import { show, ToolkitError } from '../../core/errors.js';
import { floats, type HostArray, int64s } from '../../core/host-array.js';
import { grad, input, mean, optimize, square, sub, type Tensor } from '../../graph/index.js';
import { isMlpConfig, type Network, paramInputs, type TensorMap } from '../../nn/index.js';
import type { DiffusionModel } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';

export interface ForwardOptions extends Pick<DiffusionModel, 'network' | 'values'> {
  readonly runtime: Runtime;
  /** `x`, `t`, and `class_labels` and the target where they are needed. */
  readonly tensors: TensorMap;
  /** Name of the tensor to compare the output with; null for the output alone. */
  readonly target: string | null;
}

/** The output as `out`; with a target also the mean squared error as `loss` and every `grad.NAME`. */
export async function runForward({ network, values, runtime, tensors, target }: ForwardOptions) {
  const find = (name: string): HostArray => {
    const array = tensors.get(name);
    if (array) return array;
    throw new ToolkitError(
      'missing-input',
      `forward needs a tensor "${name}"; the file has ${show([...tensors.keys()])}.`,
    );
  };
  const x = find('x');
  const feeds: Record<string, HostArray> = { x, t: timesOf(find('t'), x.shape[0] ?? 0) };
  const { takes, rows } = classesOf(network.config);
  const labels = takes ? find('class_labels') : tensors.get('class_labels');
  const table = timeTableOf(network.config);
  if (table !== null) {
    whole('t', feeds['t']!, table);
    if (labels && rows === null && !isVectors(network.config)) whole('class_labels', labels, table);
  }
  if (labels) feeds['class_labels'] = rows === null ? real(labels) : whole('class_labels', labels, rows);

  const symbol = (name: string): Tensor => input(name, feeds[name]!.shape, feeds[name]!.dtype);
  const { params, tensors: symbols, trainable } = paramInputs(network.params, 'param/');
  const classLabels = labels ? symbol('class_labels') : undefined;
  const out = network.apply(params, { sample: symbol('x'), timestep: symbol('t'), classLabels });
  const outputs: Record<string, Tensor> = { out };
  if (target !== null) {
    feeds['y'] = find(target);
    if (feeds['y'].shape.join() !== out.shape.join()) {
      const shapes = `${show(feeds['y'].shape)}, expected ${show(out.shape)} like the output`;
      throw new ToolkitError('shape-mismatch', `forward: "${target}" has shape ${shapes}.`);
    }
    const loss = mean(square(sub(out, symbol('y'))));
    const grads = grad(
      loss,
      trainable.map((path) => symbols.get(path)!),
    );
    outputs['loss'] = loss;
    for (const [i, path] of trainable.entries()) outputs[`grad.${path}`] = grads[i]!;
  }
  const fed = Object.fromEntries([...values].map(([path, value]) => [`param/${path}`, value]));
  using executable = await runtime.compile(optimize({ outputs }));
  return (await executable.run({ ...fed, ...feeds })) as Record<string, HostArray<'float32'>>;
}

/** Times as float32 [B]; one time counts for the whole batch. */
function timesOf({ shape, data }: HostArray, count: number): HostArray<'float32'> {
  const times = Float32Array.from(data as ArrayLike<number | bigint>, Number);
  if (times.length === 1) return floats([count], new Float32Array(count).fill(times[0]!));
  return floats(shape, times);
}

/**
 * Whether a network is told classes, and by how many rows of a table: null where it is told numbers, `class_embed_type`
 * being "timestep", or whole vectors, "identity". The type counts before `num_class_embeds`, as in diffusers.
 */
function classesOf(config: Network['config']): { readonly takes: boolean; readonly rows: number | null } {
  const kind = isMlpConfig(config) ? null : config.class_embed_type;
  const rows = kind === null ? config.num_class_embeds : null;
  return { takes: kind !== null || rows !== null, rows };
}

/** Numbers as float32, whatever they were written as. */
const real = ({ shape, data }: HostArray): HostArray<'float32'> =>
  floats(shape, Float32Array.from(data as ArrayLike<number | bigint>, Number));

/** The number of rows in the table that a network looks times up in; null where it makes waves of them. */
const timeTableOf = (config: Network['config']): number | null =>
  !isMlpConfig(config) && config.time_embedding_type === 'learned' ? config.num_train_timesteps : null;

const isVectors = (config: Network['config']): boolean =>
  !isMlpConfig(config) && config.class_embed_type === 'identity';

/** Rows of a table as int64, whatever they were written as; engines read beside a table without a word. */
function whole(name: string, values: HostArray, rows: number): HostArray<'int64'> {
  const numbers = Array.from(values.data as ArrayLike<number | bigint>, Number);
  if (!numbers.every(Number.isInteger)) {
    throw new ToolkitError('bad-value', `forward: ${name} must be whole numbers, got ${show(numbers)}.`);
  }
  if (numbers.every((row) => row >= 0 && row < rows)) return int64s(values.shape, numbers);
  throw new ToolkitError('bad-value', `forward: ${name} must be in [0, ${rows - 1}], got ${show(numbers)}.`);
}

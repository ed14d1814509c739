import { floats, type HostArray, int64s, padRows, rows, type Shape, sizeOf } from '../../core/host-array.js';
import type { Coefficients, Grid, Precondition } from '../../diffusion/index.js';
import { grad, input, optimize, slice, type Tensor } from '../../graph/index.js';
import { type Executable, executables, type Feeds, type Runtime } from '../../runtime/index.js';
import type { LikelihoodModel, NoisyBatch } from './likelihood-model.js';

type Batch = HostArray<'float32'>;

export interface NetworkInputs {
  /** [B, …]. */
  readonly sample: Tensor;
  /** What the network is told of the level, [B]. */
  readonly timestep: Tensor;
  /** int64 [B], where the network has classes. */
  readonly classLabels?: Tensor;
}

export interface NetworkLikelihoodOptions {
  /** The network as graph; of its channels, those beyond the data's are its word on variances. */
  readonly apply: (inputs: NetworkInputs) => Tensor;
  /** Graph inputs whose numbers are known: the weights. */
  readonly constants: Feeds;
  readonly precondition: Precondition;
  readonly grid: Grid;
  /** Of one sample. */
  readonly shape: Shape;
  readonly batch: number;
  readonly conditional: boolean;
  readonly runtime: Runtime;
}

/**
 * A network as a model whose likelihood can be measured: D(x) = c_skip·x + c_out·F(c_in·x; c_noise), and
 * vᵀ·∂D/∂x = c_skip·v + c_out·c_in·vᵀ·∂F/∂x by reverse mode, one pass whatever the dimension. Graphs are compiled when
 * first needed.
 */
export function networkLikelihood(options: NetworkLikelihoodOptions): LikelihoodModel & Disposable {
  const { apply, constants, precondition, grid, shape, batch, conditional, runtime } = options;
  const full = [batch, ...shape];
  const sample = input('x', full);
  const labels = conditional ? { classLabels: input('class_labels', [batch], 'int64') } : {};
  const raw = apply({ sample, timestep: input('t', [batch]), ...labels });
  const channels = { clean: part(raw, 0, shape[0]!), variance: part(raw, shape[0]!, raw.shape[1]!) };
  const compiled = executables();
  const open = (kind: 'denoise' | 'pull'): Promise<Executable> => {
    const { clean, variance } = channels;
    const outputs =
      kind === 'denoise'
        ? { raw: clean!, ...(variance && { variance }) }
        : { raw: clean!, product: grad(clean!, [sample], input('v', full))[0]! };
    return compiled.get(kind, () => runtime.compile(optimize({ outputs }), { constants }));
  };

  const feedsOf = ({ x, levels, labels: given }: NoisyBatch, coefficients: readonly Coefficients[]): Feeds => ({
    x: padRows(
      scaled(
        x,
        coefficients.map(({ cIn }) => cIn),
      ),
      full[0]!,
    ),
    t: floats(
      [batch],
      Array.from({ length: batch }, (_, i) => coefficients[Math.min(i, levels.length - 1)]!.cNoise),
    ),
    ...(conditional && {
      class_labels: int64s(
        [batch],
        Array.from({ length: batch }, (_, i) => given?.[i] ?? 0),
      ),
    }),
  });

  return {
    grid,
    batch,
    async denoise(noisy) {
      const coefficients = noisy.levels.map(precondition);
      const results = await (await open('denoise')).run(feedsOf(noisy, coefficients));
      const count = noisy.x.shape[0]!;
      const variance = results['variance'] as Batch | undefined;
      return {
        denoised: combined(noisy.x, results['raw'] as Batch, coefficients),
        variance: variance ? rows(variance, 0, count) : null,
      };
    },
    async pull(noisy, probes) {
      const coefficients = noisy.levels.map(precondition);
      const feeds = { ...feedsOf(noisy, coefficients), v: padRows(probes, full[0]!) };
      const results = await (await open('pull')).run(feeds);
      const inner = coefficients.map(({ cSkip, cOut, cIn }) => ({ cSkip, cOut: cOut * cIn }));
      return {
        denoised: combined(noisy.x, results['raw'] as Batch, coefficients),
        product: combined(probes, results['product'] as Batch, inner),
      };
    },
    [Symbol.dispose]: () => compiled[Symbol.dispose](),
  };
}

/** Channels `from` … `to` − 1, or null where there are none. */
const part = (x: Tensor, from: number, to: number): Tensor | null => {
  if (from >= to) return null;
  return from === 0 && to === x.shape[1] ? x : slice(x, { axes: [1], starts: [from], ends: [to] });
};

/** c_skip·a + c_out·b, row by row, as many rows as `a` has. */
function combined(a: Batch, b: Batch, coefficients: readonly Pick<Coefficients, 'cSkip' | 'cOut'>[]): Batch {
  const size = sizeOf(a.shape.slice(1));
  const out = floats(a.shape);
  for (const [row, { cSkip, cOut }] of coefficients.entries()) {
    for (let i = row * size; i < (row + 1) * size; i++) out.data[i] = cSkip * a.data[i]! + cOut * b.data[i]!;
  }
  return out;
}

function scaled(x: Batch, factors: readonly number[]): Batch {
  const size = sizeOf(x.shape.slice(1));
  return floats(
    x.shape,
    x.data.map((value, i) => value * factors[Math.floor(i / size)]!),
  );
}

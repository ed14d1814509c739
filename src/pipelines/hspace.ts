import { ToolkitError } from '../core/errors.js';
import { floats, type HostArray, type Shape, sizeOf } from '../core/host-array.js';
import { didYouMean } from '../core/text.js';
import { add, type Graph, input, mul, optimize, reshape } from '../graph/index.js';
import { bindParams, type DeltaNet, editTaps, type ParamValues, recordTaps, type UNet2d } from '../nn/index.js';
import type { Runtime } from '../runtime/index.js';
import { type BatchQuestion, type BatchRun, batchRun, networkInputs } from './batch-run.js';
import type { DiffusionModel } from './model.js';
import { isConditional } from './network.js';

type Batch = HostArray<'float32'>;

/** The bottom of the U: what Kwon et al. 2023 (arXiv:2210.10960) call h-space. */
export const bottleneck = 'mid_block';

/** A trained function from h to a change of it, see `deltaNet`. */
export interface DeltaFunction {
  readonly network: DeltaNet;
  readonly values: ParamValues;
}

export interface HspaceOptions {
  readonly model: Pick<DiffusionModel, 'config' | 'network' | 'values'>;
  readonly runtime: Runtime;
  /** Rows computed together. */
  readonly batch: number;
  /** Where the network is read and changed; the bottleneck unless told. */
  readonly tap?: string;
  /** Trained functions that may be added, each with its own strength. */
  readonly functions?: readonly DeltaFunction[];
}

export interface ShiftQuestion extends BatchQuestion {
  /** Added to h, one change a row [n, C, H, W]; null for nothing. */
  readonly delta: Batch | null;
  /** Strengths of the functions, a row of them for each picture; needed where there are functions. */
  readonly strengths?: readonly (readonly number[])[];
}

/** A U-Net with one of its taps laid open. */
export interface Hspace extends Disposable {
  readonly batch: number;
  /** [C, H, W] of what passes the tap. */
  readonly shape: Shape;
  /** The output, and what passed the tap. */
  record(question: BatchQuestion): Promise<{ readonly out: Batch; readonly h: Batch }>;
  /**
   * The output as it is, and the output with h + Δh + Σ strength·f(h, t) in the place of h, in one run: all that comes
   * before the tap is computed once. Where a row's change is zero the two outputs are equal in every bit.
   */
  shift(question: ShiftQuestion): Promise<{ readonly out: Batch; readonly shifted: Batch }>;
}

/** Lays a tap of a U-Net open: graphs are compiled when first asked, and once more for each multiple of `batch`. */
export function hspace({ model, runtime, batch, tap = bottleneck, functions = [] }: HspaceOptions): Hspace {
  const network = unetOf(model, tap);
  const shape = tapShape(network, model, tap);
  const own = [...model.values];
  const all = [...own, ...functions.flatMap(({ values }, i) => prefixed(values, i))];
  const runs = (shifts: boolean, values: readonly (readonly [string, HostArray])[]): BatchRun =>
    batchRun({
      ...{ runtime, batch, conditional: isConditional(model) },
      graph: ([size = 0]) => hspaceGraph({ network, model, tap, functions, size, shifts }),
      constants: Object.fromEntries(values),
    });
  const [recorded, moved] = [runs(false, own), runs(true, all)];
  return {
    batch,
    shape,
    async record(question) {
      const { out, h } = await recorded.run(question);
      return { out: out!, h: h! };
    },
    async shift({ delta, strengths = [], ...question }) {
      const count = question.x.shape[0]!;
      const wanted = [count, ...shape];
      if (delta && delta.shape.join() !== wanted.join()) {
        throw new ToolkitError(
          'shape-mismatch',
          `hspace: delta must be [${wanted.join(', ')}] as ${tap} is, got [${delta.shape.join(', ')}].`,
        );
      }
      const strengthsOf = (i: number): Batch =>
        floats(
          [count],
          Float32Array.from({ length: count }, (_, row) => strengths[row]?.[i] ?? 0),
        );
      const { out, shifted } = await moved.run(question, {
        delta: delta ?? floats(wanted),
        ...Object.fromEntries(functions.map((_, i) => [`strength.${i}`, strengthsOf(i)])),
      });
      return { out: out!, shifted: shifted! };
    },
    [Symbol.dispose]() {
      for (const one of [recorded, moved]) one[Symbol.dispose]();
    },
  };
}

const prefixed = (values: ParamValues, i: number) =>
  [...values].map(([path, value]) => [`function.${i}.${path}`, value] as const);

/** The network as a U-Net, or a sentence about what has no taps. */
function unetOf({ network, config }: Pick<DiffusionModel, 'network' | 'config'>, tap: string): UNet2d {
  if ('block_out_channels' in config && config.in_channels === config.out_channels) return network as UNet2d;
  const found =
    'block_out_channels' in config ? 'one with more outputs or inputs than channels' : 'a network of points';
  throw new ToolkitError('no-tap', `hspace: ${tap} needs a U-Net whose inputs and outputs are pictures, got ${found}.`);
}

interface GraphParts {
  readonly network: UNet2d;
  readonly model: Pick<DiffusionModel, 'config'>;
  readonly tap: string;
  readonly functions: readonly Pick<DeltaFunction, 'network'>[];
  /** Rows. */
  readonly size: number;
  readonly shifts: boolean;
}

/**
 * x, t, class_labels, and for shifts delta and strength.i → out, and h or shifted. The network is applied twice, and
 * what both have in common becomes one: the pass for common subexpressions leaves the way up from the tap alone twice.
 */
export function hspaceGraph({ network, model, tap, functions, size, shifts }: GraphParts): Graph {
  const { params, inputs } = networkInputs({ ...model, network }, size);
  const { context, taps } = recordTaps();
  const out = network.apply(params, inputs, context);
  const h = taps.get(tap)!;
  if (!shifts) return optimize({ outputs: { out, h } });
  const time = taps.get('time_embedding')!;
  let moved = add(h, input('delta', h.shape));
  for (const [i, { network: f }] of functions.entries()) {
    const own = bindParams(f.params, (path, { shape }) => input(`function.${i}.${path}`, shape));
    const strength = reshape(input(`strength.${i}`, [size]), { shape: [size, 1, 1, 1] });
    moved = add(moved, mul(f.apply(own, h, time), strength));
  }
  const shifted = network.apply(params, inputs, editTaps({ [tap]: () => moved }));
  return optimize({ outputs: { out, shifted } });
}

/** [C, H, W] of a tap, by applying the network to one row. */
function tapShape(network: UNet2d, { config }: Pick<DiffusionModel, 'config'>, tap: string): Shape {
  const { context, taps } = recordTaps();
  const { params, inputs } = networkInputs({ config, network }, 1);
  network.apply(params, inputs, context);
  const found = taps.get(tap);
  const spatial = [...taps].filter(([, { shape }]) => shape.length === 4).map(([name]) => name);
  if (!found || sizeOf(found.shape) === 0 || found.shape.length !== 4) {
    throw new ToolkitError(
      'no-tap',
      `hspace: there is no tap "${tap}".${didYouMean(tap, spatial)} This network has ${spatial.join(', ')}.`,
    );
  }
  return found.shape.slice(1);
}

import { concatRows, floats, type HostArray, rows } from '../core/host-array.js';
import { halves } from '../core/rowwise.js';
import type { Space } from '../core/space.js';
import type { Level, Precondition } from '../diffusion/index.js';
import { classifierFree, type Denoiser, denoiser, type Estimate, varianceDenoiser } from '../sampling/index.js';
import type { DiffusionModel } from './model.js';
import type { BatchNetwork } from './network.js';

type Batch = HostArray<'float32'>;

export interface ModelDenoiserOptions {
  readonly config: Pick<DiffusionModel['config'], 'in_channels' | 'out_channels'>;
  readonly network: BatchNetwork;
  readonly precondition: Precondition;
  readonly space: Space<Batch>;
  readonly labels: readonly number[] | null;
  /** Classifier-free guidance away from the label `free`, in one run of twice the batch; none when null. */
  readonly guidance: { readonly scale: number; readonly free: number } | null;
}

/**
 * The denoiser of a model for one batch. A network with twice the channels it was given has a second output, for the
 * variance of a step; guidance leaves that as it is with the label.
 */
export function modelDenoiser({ config, guidance, labels, network, ...rest }: ModelDenoiserOptions): Denoiser<Batch> {
  const given = guidance && labels ? [...labels, ...labels.map(() => guidance.free)] : labels;
  const raw = { ...rest, network: (x: Batch, t: number) => network.run(x, t, given) };
  const ask = config.out_channels === 2 * config.in_channels ? varianceDenoiser({ ...raw, split: halves }) : null;
  if (guidance === null) return ask ?? denoiser(raw);

  const { space } = rest;
  const { scale } = guidance;
  const guide = (x: Batch, level: Level, pair: Batch): Promise<Batch> => {
    const half = pair.data.length / 2;
    const conditional: Denoiser<Batch> = async () => floats(x.shape, pair.data.subarray(0, half));
    const unconditional: Denoiser<Batch> = async () => floats(x.shape, pair.data.subarray(half));
    return classifierFree({ conditional, unconditional, scale, space })(x, level);
  };
  const both = ask ?? denoiser(raw);
  const guided: Denoiser<Batch> = async (x, level) => guide(x, level, await both(concatRows([x, x]), level));
  if (ask === null) return guided;
  const estimate = async (x: Batch, level: Level): Promise<Estimate<Batch>> => {
    const { denoised, variance } = await ask.estimate(concatRows([x, x]), level);
    return { denoised: await guide(x, level, denoised), variance: rows(variance, 0, x.shape[0]!) };
  };
  return Object.assign(guided, { estimate });
}

import { concatRows, floats, type HostArray, rows } from '../core/host-array.js';
import { batchSpace } from '../core/space.js';
import { assemble, denoiser, timeOf, trajectory } from '../sampling/index.js';
import { bottleneck, hspace } from './hspace.js';
import { nullLabel } from './labels.js';

import type { SemanticOptions } from './semantic.js';
import type { SemanticChange } from './semantic-path.js';

type Batch = HostArray<'float32'>;
type Fixed = Extract<SemanticChange, { readonly kind: 'fixed' }>;

export interface BetweenOptions
  extends Pick<SemanticOptions, 'model' | 'runtime' | 'scheme' | 'steps' | 'key' | 'tap' | 'signal'> {
  /** The noise [1, C, H, W] that makes the picture to go from, and that of the one to go to. */
  readonly from: Batch;
  readonly to: Batch;
  /** Their labels; null for "any class". Unconditional models take none. */
  readonly labels?: readonly [from: number | null, to: number | null] | undefined;
}

/**
 * The way from one picture to another as a change of h:
 *
 *   Δh_t = h_t(to) − h_t(from)
 *
 * along the two walks. Strength u added while the first picture is drawn stands for h_t = (1 − u)·h_t(from) + u·h_t(to): what
 * passes the tap goes over linearly, and the path stays that of the first. Kwon et al. 2023, arXiv:2210.10960, whose
 * finding is that h is a space where such sums mean something; between the noises there is `slerp`.
 */
export async function betweenInH({ from, to, labels, ...rest }: BetweenOptions): Promise<Fixed> {
  const [start, end] = [
    await recordedWalk({ ...rest, start: from, label: labels?.[0] ?? null }),
    await recordedWalk({ ...rest, start: to, label: labels?.[1] ?? null }),
  ];
  const { lincomb } = batchSpace();
  return { kind: 'fixed', times: start.times, values: lincomb([1, end.values], [-1, start.values]) };
}

export interface RecordedWalkOptions extends Omit<BetweenOptions, 'from' | 'to' | 'labels'> {
  /** The noise of one picture [1, C, H, W]. */
  readonly start: Batch;
  readonly label: number | null;
}

/** What passes the tap at the start of every step of a plain walk, by time and from clean to noisy: [T, C, H, W]. */
export async function recordedWalk(options: RecordedWalkOptions): Promise<Omit<Fixed, 'kind'>> {
  const { model, runtime, start, steps, key, tap = bottleneck, signal } = options;
  const parts = assemble({ ...model.scheme, ...options.scheme });
  using open = hspace({ model, runtime, batch: 1, tap });
  const space = batchSpace();
  const conditional = model.config.num_class_embeds !== null;
  const labels = conditional ? [options.label ?? nullLabel(model) ?? 0] : null;
  let seen: Batch | null = null; // of the first question of a step
  const denoise = denoiser<Batch>({
    network: async (x, cNoise) => {
      const { out, h } = await open.record({ x, cNoise, labels });
      seen ??= floats(h.shape, h.data.slice());
      return out;
    },
    precondition: parts.precondition,
    space,
  });
  const found: { readonly t: number; readonly h: Batch }[] = [];
  const first = rows(start, 0, 1);
  for await (const { level } of trajectory({
    ...parts,
    steps: parts.steps(steps),
    denoise,
    start: first,
    space,
    key,
    signal,
  })) {
    found.push({ t: timeOf(parts.grid, level), h: seen! });
    seen = null;
  }
  found.reverse();
  return { times: found.map(({ t }) => t), values: concatRows(found.map(({ h }) => h)) };
}

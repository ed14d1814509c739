import { concatRows, type HostArray, rows } from '../core/host-array.js';
import type { Level, Precondition } from '../diffusion/index.js';
import type { Denoiser, Landing } from '../sampling/index.js';
import type { GuidedRows, Guider } from './guiding.js';
import type { Hspace } from './hspace.js';
import type { BatchNetwork } from './network.js';

type Batch = HostArray<'float32'>;

/** What is added to h in one run. */
export interface Change {
  /** The fixed part, [n, C, H, W]; null for none. */
  readonly delta: Batch | null;
  /** Strengths of the functions, a row for each picture. */
  readonly strengths: readonly (readonly number[])[];
}

export interface TwinPathOptions {
  /** How the pictures are guided, with the change and without it. */
  readonly guide: (rows: GuidedRows) => ReturnType<Guider>;
  readonly rows: GuidedRows;
  /** Asked where nothing changes. */
  readonly network: BatchNetwork;
  readonly open: Pick<Hspace, 'shift'>;
  readonly precondition: Precondition;
  /** What is added to h at a level; null leaves the network as it is. */
  readonly changeAt: (level: Level) => Change | null;
}

/** The guided path without a change, and the guided denoiser with it. */
export interface TwinPath {
  /** D(x; h). */
  readonly denoise: Denoiser<Batch>;
  /** D̃(x; h + Δh). Where nothing changes it answers with the very value of D, so that `asymmetric` leaves the path alone. */
  readonly shifted: Denoiser<Batch>;
  readonly landings: readonly Landing<Batch>[];
}

/**
 * Two guided denoisers out of one run of a U-Net, with a change of h and without it. Every picture has a twin: guidance
 * of any kind is asked about [x; x], 2n rows with the labels of n, and the network changes h for the second half alone,
 * so that guidance knows nothing of the change and all that comes before the tap is computed once.
 */
export function twinPath({ guide, rows: given, network, open, precondition, changeAt }: TwinPathOptions): TwinPath {
  const count = given.pictures.length;
  const changes = new Map<number, Change | null>();
  const twins = twinNetwork({ network, open, count, changeAt: (cNoise) => changes.get(cNoise) ?? null });
  const twice = <T>(all: readonly T[]): readonly T[] => [...all, ...all];
  const path = guide({
    pictures: twice(given.pictures),
    labels: given.labels && twice(given.labels),
    space: given.space,
    network: twins,
  });
  const pairs = new WeakMap<Batch, Batch>();
  const pairOf = (x: Batch): Batch => {
    const pair = pairs.get(x) ?? concatRows([x, x]);
    pairs.set(x, pair);
    return pair;
  };
  const answers = new WeakMap<Batch, { readonly level: Level; readonly shifted: Batch }>();
  const denoise: Denoiser<Batch> = async (x, level) => {
    const change = changeAt(level);
    changes.set(precondition(level).cNoise, change);
    const both = await path.denoise(pairOf(x), level);
    const answer = rows(both, 0, count);
    pairs.set(answer, both);
    answers.set(x, { level, shifted: change === null ? answer : rows(both, count, 2 * count) });
    return answer;
  };
  return {
    denoise,
    async shifted(x, level) {
      const known = answers.get(x);
      if (known && known.level.alpha === level.alpha && known.level.sigma === level.sigma) return known.shifted;
      await denoise(x, level);
      return answers.get(x)!.shifted;
    },
    // The second half lands as the shifted prediction would; `asymmetric` adds what D̃ has more than D.
    landings: path.landings.map(
      (landing): Landing<Batch> =>
        async (at) => {
          const model = pairOf(at.model);
          const denoised = concatRows([at.denoised, rows(at.limit(model), count, 2 * count)]);
          const both = await landing({ ...at, x: pairOf(at.x), landed: pairOf(at.landed), denoised, model });
          return rows(both, count, 2 * count);
        },
    ),
  };
}

interface TwinNetworkOptions extends Pick<TwinPathOptions, 'network' | 'open'> {
  /** Pictures of a question, which has as many twins. */
  readonly count: number;
  readonly changeAt: (cNoise: number) => Change | null;
}

/** A network for questions [x; x] that answers [F(x; h); F(x; h + Δh)]; several questions may come in one run. */
function twinNetwork({ network, open, count, changeAt }: TwinNetworkOptions): BatchNetwork {
  return {
    batch: network.batch,
    async run(x, cNoise, labels) {
      const asked = Array.from({ length: x.shape[0]! / (2 * count) }, (_, k) => k);
      const own = concatRows(asked.map((k) => rows(x, 2 * k * count, (2 * k + 1) * count)));
      const told = labels && asked.flatMap((k) => labels.slice(2 * k * count, (2 * k + 1) * count));
      const change = changeAt(cNoise);
      const { out, shifted } =
        change === null
          ? await network.run(own, cNoise, told).then((answer) => ({ out: answer, shifted: answer }))
          : await open.shift({
              ...{ x: own, cNoise, labels: told },
              delta: change.delta && concatRows(asked.map(() => change.delta!)),
              strengths: asked.flatMap(() => change.strengths),
            });
      const part = (all: Batch, k: number): Batch => rows(all, k * count, (k + 1) * count);
      return concatRows(asked.flatMap((k) => [part(out, k), part(shifted, k)]));
    },
    [Symbol.dispose]() {},
  };
}

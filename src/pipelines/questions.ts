import { concatRows, type HostArray, rows } from '../core/host-array.js';
import { halves } from '../core/rowwise.js';
import type { Space } from '../core/space.js';
import type { Precondition } from '../diffusion/index.js';
import { type Denoiser, denoiser, type Network, type VarianceDenoiser, varianceDenoiser } from '../sampling/index.js';
import type { DiffusionModel } from './model.js';
import type { BatchNetwork } from './network.js';

type Batch = HostArray<'float32'>;

export interface QuestionsOptions {
  readonly config: Pick<DiffusionModel['config'], 'in_channels' | 'out_channels'>;
  readonly network: BatchNetwork;
  readonly precondition: Precondition;
  readonly space: Space<Batch>;
}

/**
 * Denoisers of one compiled network, one for each list of labels. Guidance asks several of them about the same x; what
 * is asked in one go becomes one run of as many times the batch. A network with twice the channels it was given has a
 * second output, for the variance of a step.
 */
export function questions({ config, network, ...rest }: QuestionsOptions) {
  const ask = joined(network);
  const hasVariance = config.out_channels === 2 * config.in_channels;
  return (labels: readonly number[] | null): Denoiser<Batch> | VarianceDenoiser<Batch> => {
    const raw: Network<Batch> = (x, cNoise) => ask({ x, cNoise, labels });
    return hasVariance
      ? varianceDenoiser({ ...rest, network: raw, split: halves })
      : denoiser({ ...rest, network: raw });
  };
}

interface Question {
  readonly x: Batch;
  readonly cNoise: number;
  readonly labels: readonly number[] | null;
}

interface Waiting extends Question {
  readonly resolve: (answer: Batch) => void;
  readonly reject: (reason: unknown) => void;
}

/** Collects the questions of one turn and asks those about one noise level together. */
function joined(network: BatchNetwork): (question: Question) => Promise<Batch> {
  let waiting: Waiting[] = [];
  const askAll = (): void => {
    const all = waiting;
    waiting = [];
    for (const level of new Set(all.map(({ cNoise }) => cNoise))) {
      const group = all.filter(({ cNoise }) => cNoise === level);
      answers(network, group).then(
        (found) => group.forEach(({ resolve }, i) => resolve(found[i]!)),
        (reason: unknown) => group.forEach(({ reject }) => reject(reason)),
      );
    }
  };
  return (question) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) queueMicrotask(askAll);
      waiting.push({ ...question, resolve, reject });
    });
}

async function answers(network: BatchNetwork, group: readonly Question[]): Promise<readonly Batch[]> {
  const [{ x, cNoise, labels }] = group as readonly [Question];
  if (group.length === 1) return [await network.run(x, cNoise, labels)];
  const given = labels === null ? null : group.flatMap((one) => one.labels ?? []);
  const found = await network.run(concatRows(group.map((one) => one.x)), cNoise, given);
  let at = 0;
  return group.map((one) => {
    const from = at;
    at += one.x.shape[0]!;
    return rows(found, from, at);
  });
}

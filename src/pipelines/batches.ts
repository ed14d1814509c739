import { concatRows, type HostArray } from '../core/host-array.js';

type Batch = HostArray<'float32'>;

/** What is known after one step of one batch. */
export interface GenerateFrame {
  /** Steps done and to do over all batches. */
  readonly done: number;
  readonly total: number;
  /** Number of the first picture of this batch. */
  readonly first: number;
  readonly step: number;
  readonly x: Batch;
  /** The clean pictures expected at this step. */
  readonly denoised: Batch;
}

/** Pictures `first` to `last`, without the last: what is computed together. */
export interface BatchRange {
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** Their numbers in the job. */
  readonly pictures: readonly number[];
}

export interface InTurnOptions<F> {
  /** Pictures of the job. */
  readonly count: number;
  /** Pictures computed together. */
  readonly batch: number;
  /** Steps of each batch. */
  readonly steps: number;
  /** The walk of one batch, to its pictures. */
  readonly walk: (range: BatchRange) => AsyncGenerator<F, Batch, undefined>;
}

/** Batch after batch to the end of its walk; each step is told with its place in the whole job. */
export async function* inTurn<F extends { readonly index: number; readonly x: Batch; readonly denoised: Batch }>(
  options: InTurnOptions<F>,
): AsyncGenerator<GenerateFrame, Batch, undefined> {
  const { count, batch, steps, walk } = options;
  const total = Math.ceil(count / batch) * steps;
  const pictures: Batch[] = [];
  for (const range of batchRanges({ count, batch })) {
    const { first } = range;
    const frames = walk(range);
    for (;;) {
      const { done, value } = await frames.next();
      if (done) {
        pictures.push(value);
        break;
      }
      const { index, x, denoised } = value;
      yield { done: Math.floor(first / batch) * steps + index + 1, total, first, step: index + 1, x, denoised };
    }
  }
  return concatRows(pictures);
}

/** A job in batches; the last may be smaller. */
export function batchRanges({ count, batch }: Pick<InTurnOptions<never>, 'count' | 'batch'>): readonly BatchRange[] {
  return Array.from({ length: Math.ceil(count / batch) }, (_, i) => {
    const [first, last] = [i * batch, Math.min(count, (i + 1) * batch)];
    return { first, last, count: last - first, pictures: Array.from({ length: last - first }, (_, k) => first + k) };
  });
}

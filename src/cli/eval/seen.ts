import { concatRows, type HostArray } from '../../core/host-array.js';
import type { Output } from '../terminal/output.js';

type Batch = HostArray<'float32'>;

export interface SeenOptions {
  /** Pictures → a row each. */
  readonly network: (pictures: Batch) => Promise<Batch>;
  readonly what: string;
  readonly count: number;
  readonly out: Output;
  readonly signal: AbortSignal;
}

/** What a network says of many pictures, some at a time, with a bar. */
export async function seen(
  { network, what, count, out, signal }: SeenOptions,
  pictures: (from: number, to: number) => Batch,
): Promise<Batch> {
  const parts: Batch[] = [];
  using bar = out.progress({ what, total: count, unit: 'pictures' });
  for (let from = 0; from < count; from += 64) {
    signal.throwIfAborted();
    parts.push(await network(pictures(from, Math.min(count, from + 64))));
    bar.update(Math.min(count, from + 64));
  }
  return concatRows(parts);
}

import type { DataSet } from '../../data/dataset.js';
import { parseData } from '../../data/parse.js';
import { usageError } from '../parse.js';
import { plural } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';
import type { TrainOptions } from './plan.js';

export interface LoadDataOptions extends Pick<TrainOptions, 'data' | 'size' | 'channels'> {
  readonly out: Output;
  readonly signal: AbortSignal;
}

/** Loads what `--data` names, with a bar while it takes long, and tells what was left out. */
export async function loadData({ data: text, size, channels, out, signal }: LoadDataOptions): Promise<DataSet> {
  const { dataset, options } = parseData(text);
  if (channels !== 'auto' && !Object.hasOwn(dataset.options, 'colour')) {
    throw usageError(`train: --channels is for a directory of images; ${text} has the colours it has.`);
  }
  const colour = channels === 'auto' ? {} : { colour: channels };
  const work = dataset.load({ ...options, ...colour }, { size: size ?? undefined, signal });
  let progress: ReturnType<Output['progress']> | null = null;
  try {
    for (;;) {
      const { done, value } = await work.next();
      if (done) {
        tellSkipped(value, out);
        return value;
      }
      progress ??= out.progress({ what: value.what, total: value.total });
      progress.update(value.done);
      if (value.note) out.warn(value.note);
    }
  } finally {
    progress?.end();
  }
}

function tellSkipped({ skipped, name }: DataSet, out: Output): void {
  if (skipped.length === 0) return;
  const shown = skipped.slice(0, 3).map(({ name: file, reason }) => `${file} (${reason.replace(/\.$/, '')})`);
  const more = skipped.length > shown.length ? `, and ${skipped.length - shown.length} more` : '';
  out.warn(`${name}: skipped ${plural(skipped.length, 'picture')}: ${shown.join(', ')}${more}.`);
}

import type { DataSet } from '../../data/dataset.js';
import { parseData } from '../../data/parse.js';
import { usageError } from '../parse.js';
import { plural } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';
import type { TrainOptions } from './plan.js';

export interface LoadDataOptions extends Pick<TrainOptions, 'data' | 'size'> {
  /** What is kept of the colours in a directory: by name, or as many channels as a model has. */
  readonly channels: TrainOptions['channels'] | number;
  readonly out: Output;
  readonly signal: AbortSignal;
  /** The file that names all that was left out, once it is written; null for none. */
  readonly skippedIn?: (data: DataSet) => string | null;
}

/** Loads what `--data` names, with a bar while it takes long, and tells what was left out. */
export async function loadData({ data: text, size, channels, ...rest }: LoadDataOptions): Promise<DataSet> {
  const { out, signal, skippedIn = () => null } = rest;
  const { dataset, options } = parseData(text);
  const hasColour = Object.hasOwn(dataset.options, 'colour');
  if (typeof channels === 'string' && channels !== 'auto' && !hasColour) {
    throw usageError(`train: --channels is for a directory of images; ${text} has the colours it has.`);
  }
  const colour = hasColour ? { colour: typeof channels === 'string' ? channels : colours[channels] } : {};
  const work = dataset.load({ ...colour, ...options }, { size: size ?? undefined, signal });
  let progress: ReturnType<Output['progress']> | null = null;
  try {
    for (;;) {
      const { done, value } = await work.next();
      if (done) {
        tellSkipped(value, { out, file: skippedIn(value) });
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

/** Names of colours by the number of channels. */
const colours: Readonly<Record<number, TrainOptions['channels']>> = { 1: 'grey', 3: 'rgb', 4: 'rgba' };

interface TellOptions {
  readonly out: Output;
  readonly file: string | null;
}

/** Some of what was left out in a remark, all of it in an event. */
function tellSkipped({ skipped, name }: DataSet, { out, file }: TellOptions): void {
  if (skipped.length === 0) return;
  const shown = skipped.slice(0, 3).map(({ name: file, reason }) => `${file} (${reason.replace(/\.$/, '')})`);
  const left = skipped.length - shown.length;
  const more = left === 0 ? '' : `, and ${left} more${file === null ? ' that --json names' : ''}`;
  const where = file === null ? '' : ` All are named in ${file}.`;
  out.warn(`${name}: skipped ${plural(skipped.length, 'picture')}: ${shown.join(', ')}${more}.${where}`);
  out.event('skipped', { data: name, pictures: skipped });
}

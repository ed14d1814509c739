import { ToolkitError } from '../../core/errors.js';
import { type DataSet, isPoints, type Source } from '../../data/dataset.js';
import { fingerprintOf } from '../../data/fingerprint.js';
import { plural } from '../terminal/format.js';

/** What a run writes down of its data. */
export interface KnownData {
  readonly name: string;
  readonly count: number;
  readonly size: number;
  readonly channels: number;
  /** Names of the classes that are learnt; null where there are none, or none is told. */
  readonly classes: readonly string[] | null;
  readonly sources: readonly Source[];
  /** Of names, labels and sides, see `fingerprintOf`; absent in older runs. */
  readonly fingerprint?: string;
}

/** What is written down of data of which `classes` are learnt. */
export function knownData(data: DataSet, classes: KnownData['classes']): KnownData {
  const { name, count, size, channels, sources } = data;
  return { name, count, size, channels, classes, sources, fingerprint: fingerprintOf(data) };
}

/**
 * Refuses to continue a run on other data than it began with: labels would mean something else, and the place in the
 * data another picture.
 */
export function requireSameData(root: string, { known, data }: { readonly known: KnownData; readonly data: DataSet }) {
  const change = changeOf(known, data);
  if (change === null) return;
  throw new ToolkitError(
    'changed-data',
    `The data of ${root} has changed: ${data.name} ${change}. Restore it, or start a new run with another --out.`,
  );
}

function changeOf(known: KnownData, data: DataSet): string | null {
  const thing = isPoints(data) ? 'point' : 'picture';
  if (known.classes && known.classes.join('\n') !== (data.classes ?? []).join('\n')) {
    return `had the classes ${listed(known.classes)} when the run began, and has ${listed(data.classes)} now`;
  }
  if (known.count !== data.count) {
    return `had ${plural(known.count, thing)} when the run began, and has ${data.count} now`;
  }
  const [then, now] = [known, data].map(({ size, channels }) => `${size} × ${size} × ${channels}`);
  if (then !== now) return `was ${then} when the run began, and is ${now} now`;
  if (known.fingerprint === undefined || known.fingerprint === fingerprintOf(data)) return null;
  return `has as many ${thing}s as when the run began, but others: names, contents or classes differ`;
}

/** Names of classes that a sentence takes. */
const shown = 12;

function listed(classes: readonly string[] | null): string {
  if (classes === null) return 'none';
  const more = classes.length > shown ? ` and ${classes.length - shown} more` : '';
  return `${classes.slice(0, shown).join(', ')}${more}`;
}

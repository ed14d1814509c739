import { hostname } from 'node:os';
import { join } from 'node:path';

import { appendBytes, appendNdjson, filterNdjson } from '../../files/ndjson.js';
import type { Picture } from '../../files/picture.js';
import { encodePng } from '../../files/png.js';
import { eventFileHeader, eventRecord } from '../../training/tensorboard.js';
import type { RunFolder } from './run-folder.js';

/** One line of metrics.jsonl: numbers at a step. */
export interface MetricsRecord {
  readonly step: number;
  /** Seconds of training so far, over all processes. */
  readonly seconds: number;
  readonly [name: string]: number | readonly number[];
}

/** Where the numbers of a run are kept: JSON lines for programs, an event file for TensorBoard. */
export interface MetricsLog {
  /** The step of the last held-out loss in what was there when it was opened; 0 where there was none. */
  readonly heldOutAt: number;
  record(record: MetricsRecord): void;
  image(at: { readonly step: number; readonly tag: string; readonly picture: Picture }): void;
  /** Writes what has been recorded. */
  flush(): Promise<void>;
}

/** Opens the log of a run that stands at `step`; later records, left by a process that was killed, are dropped. */
export async function openMetricsLog(folder: RunFolder, step: number): Promise<MetricsLog> {
  let heldOutAt = 0;
  await filterNdjson<MetricsRecord>(folder.metrics, (record) => {
    if (record.step > step) return false;
    if ('heldOut' in record) heldOutAt = record.step;
    return true;
  });
  const now = (): number => Date.now() / 1000;
  const file = join(folder.root, `events.out.tfevents.${Math.floor(now())}.${hostname()}.${process.pid}`);
  let records: MetricsRecord[] = [];
  let events: Uint8Array[] = [eventFileHeader(now())];
  return {
    heldOutAt,
    record(record) {
      const { step, ...rest } = record;
      const scalars = Object.entries(rest).flatMap(([name, value]) =>
        typeof value === 'number' ? [[name, value] as const] : value.map((one, i) => [`${name}/${i}`, one] as const),
      );
      records.push(record);
      events.push(eventRecord({ step, wallTime: now(), scalars: Object.fromEntries(scalars) }));
    },
    image({ step, tag, picture }) {
      const { width, height } = picture;
      const image = { width, height, png: encodePng(picture) };
      events.push(eventRecord({ step, wallTime: now(), images: { [tag]: image } }));
    },
    async flush() {
      const [lines, bytes] = [records, events];
      [records, events] = [[], []];
      if (lines.length > 0) await appendNdjson(folder.metrics, ...lines);
      if (bytes.length > 0) await appendBytes(file, Buffer.concat(bytes));
    },
  };
}

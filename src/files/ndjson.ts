import { existsSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

import { show, ToolkitError } from '../core/errors.js';
import { writeFileAtomic } from './atomic.js';
import { writeError } from './errors.js';
import { readBytes } from './read-bytes.js';

/**
 * Adds records to a file of JSON lines (made when missing). The half line that a killed process may have left at the
 * end is cut off first, so that every line stays a whole record.
 */
export async function appendNdjson(path: string, ...records: readonly unknown[]): Promise<void> {
  await appendBytes(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''), { lines: true });
}

/** Adds bytes at the end of a file, made when missing. */
export async function appendBytes(
  path: string,
  data: Uint8Array | string,
  { lines = false }: { readonly lines?: boolean } = {},
): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'a+');
    try {
      if (lines) await cutHalfLine(file);
      await file.appendFile(data);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw writeError(path, error);
  }
}

/** The records of a file of JSON lines; none when there is no file. A half line at the end is not a record. */
export async function readNdjson<R = unknown>(path: string): Promise<readonly R[]> {
  if (!existsSync(path)) return [];
  const text = (await readBytes(path)).toString();
  const lines = text.split('\n').slice(0, -1);
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as R];
    } catch {
      throw new ToolkitError('bad-ndjson', `${path}: line ${i + 1} is not JSON: ${show(line)}.`);
    }
  });
}

/** Rewrites a file of JSON lines with only the records that `keep` wants: for a run that goes back to a checkpoint. */
export async function filterNdjson<R = unknown>(path: string, keep: (record: R) => boolean): Promise<void> {
  const records = await readNdjson<R>(path);
  if (!existsSync(path)) return;
  const lines = records.filter(keep).map((record) => `${JSON.stringify(record)}\n`);
  await writeFileAtomic(path, lines.join(''));
}

async function cutHalfLine(file: Awaited<ReturnType<typeof open>>): Promise<void> {
  const { size } = await file.stat();
  const block = Buffer.alloc(4096);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - block.length);
    const { bytesRead } = await file.read(block, 0, end - start, start);
    const newline = block.subarray(0, bytesRead).lastIndexOf(10);
    if (newline >= 0 || start === 0) {
      const whole = newline >= 0 ? start + newline + 1 : 0;
      if (whole < size) await file.truncate(whole);
      return;
    }
    end = start;
  }
}

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { writeFileAtomic } from '../files/atomic.js';

/**
 * Where drawn data is kept between runs: `LANGEVIN_CACHE`, else `langevin` in `XDG_CACHE_HOME`, else
 * `~/.cache/langevin`. Everything in it can be deleted at any time.
 */
export function defaultCacheDir(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  if (environment['LANGEVIN_CACHE']) return environment['LANGEVIN_CACHE'];
  return join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'langevin');
}

const checksumSize = 32;
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** The bytes cached under `path`, or null when there are none, not `size` of them, or not the ones that were written. */
export async function readCached(path: string, size: number): Promise<Uint8Array | null> {
  const file = await readFile(path).catch(() => null);
  if (file?.length !== checksumSize + size) return null;
  const bytes = new Uint8Array(file.subarray(checksumSize));
  return sha256(bytes).equals(file.subarray(0, checksumSize)) ? bytes : null;
}

/** Keeps bytes under `path`, behind their checksum, whole or not at all. */
export const writeCached = (path: string, bytes: Uint8Array): Promise<void> =>
  writeFileAtomic(path, Buffer.concat([sha256(bytes), bytes]));

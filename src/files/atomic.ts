import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { writeError } from './errors.js';
import { isAlive } from './process.js';

/**
 * Writes a file whole or not at all: the bytes go to a hidden name in the same directory, reach the disk, and only
 * then take the name. Whoever is killed or runs out of space half-way leaves the old file as it was.
 */
export async function writeFileAtomic(path: string, data: Uint8Array | string): Promise<void> {
  const temporary = temporaryName(path, 'tmp');
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeSynced(temporary, data);
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw writeError(path, error);
  }
}

/** The same for JSON, indented by two and ending in a newline. */
export const writeJson = (path: string, value: unknown): Promise<void> =>
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);

/**
 * Makes a directory of files that appears under its name only when `fill` has finished and everything has reached the
 * disk. A directory that had the name before is replaced; if the machine stops between the two renames, the next call
 * beside it (or `sweepTemporary`) puts the old one back.
 */
export async function writeDirectoryAtomic(path: string, fill: (directory: string) => Promise<void>): Promise<void> {
  const temporary = temporaryName(path, 'tmp');
  try {
    await mkdir(dirname(path), { recursive: true });
    await sweepTemporary(dirname(path));
    await mkdir(temporary);
  } catch (error) {
    throw writeError(path, error);
  }
  try {
    await fill(temporary);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw error; // what `fill` throws is the caller's own
  }
  const old = temporaryName(path, 'old');
  try {
    await syncTree(temporary);
    const replaces = existsSync(path);
    if (replaces) await rename(path, old);
    await rename(temporary, path).catch(async (error) => {
      if (replaces) await rename(old, path);
      throw error;
    });
    await syncDirectory(dirname(path));
    if (replaces) await rm(old, { recursive: true, force: true });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw writeError(path, error);
  }
}

/**
 * Clears what killed processes left half-written in `directory`, and gives a name back to the directory that was about
 * to be replaced when its process died. Leftovers of living processes stay. Returns the names it dealt with.
 */
export async function sweepTemporary(directory: string): Promise<readonly string[]> {
  const names = existsSync(directory) ? await readdir(directory) : [];
  const leftovers = names.flatMap((name) => {
    const match = temporaryPattern.exec(name);
    return match && !isAlive(Number(match[2])) ? [{ name, owner: match[1]!, kind: match[3]! }] : [];
  });
  for (const { name, owner, kind } of leftovers) {
    const [from, to] = [join(directory, name), join(directory, owner)];
    if (kind === 'old' && !existsSync(to)) await rename(from, to);
    else await rm(from, { recursive: true, force: true });
  }
  return leftovers.map(({ name }) => name);
}

const temporaryPattern = /^\.(.+)\.(\d+)-[0-9a-f]{8}\.(tmp|old)$/;

/** A hidden name in the same directory (hence on the same file system) that says which process made it. */
export const temporaryName = (path: string, kind: 'tmp' | 'old'): string =>
  join(dirname(path), `.${basename(path)}.${process.pid}-${randomUUID().slice(0, 8)}.${kind}`);

async function writeSynced(path: string, data: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncTree(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncPath(path, 'r+');
  }
  await syncDirectory(directory);
}

/** A rename is durable once its directory has been flushed. Windows cannot open directories and does not need it. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform !== 'win32') await syncPath(directory, 'r');
}

async function syncPath(path: string, flags: string): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

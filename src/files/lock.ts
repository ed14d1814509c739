import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';

import { ToolkitError } from '../core/errors.js';
import { temporaryName } from './atomic.js';
import { systemCode, writeError } from './errors.js';
import { birthOf, isAlive } from './process.js';

/** Who holds a lock: what its file says. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, for people. */
  readonly started: string;
  /** Tells two processes apart that had one number after each other; null where the system does not say. */
  readonly birth: string | null;
}

/** A lock that is held until `release`, the end of its `using` scope or the end of the process. */
export interface Lock extends Disposable {
  readonly path: string;
  readonly holder: LockHolder;
  /** Whether a lock of a process that is gone had to be cleared away: the sign of a run that was killed. */
  readonly wasStale: boolean;
  release(): void;
}

/**
 * Takes the lock file at `path`, or says who has it. The lock of a process that no longer runs, or whose number now
 * belongs to another, counts as stale and is taken over; a lock from another machine never does.
 */
export function takeLock(path: string): Lock {
  const holder = self();
  let wasStale = false;
  try {
    mkdirSync(dirname(path), { recursive: true });
    while (!create(path, holder)) {
      const text = readLock(path);
      if (text === null) continue; // released between the two looks
      const other = parse(text);
      if (other && !isStale(other)) throw refusal(path, other);
      wasStale = clear(path, text) || wasStale;
    }
  } catch (error) {
    throw writeError(path, error);
  }
  return held({ path, holder, wasStale });
}

/** Who holds the lock at `path` now, or null when nobody (alive) does. */
export function lockHolder(path: string): LockHolder | null {
  const text = readLock(path);
  const holder = text === null ? null : parse(text);
  return holder && !isStale(holder) ? holder : null;
}

const self = (): LockHolder => ({
  pid: process.pid,
  host: hostname(),
  started: new Date(performance.timeOrigin).toISOString(),
  birth: birthOf(process.pid),
});

function held({ path, holder, wasStale }: Omit<Lock, 'release' | keyof Disposable>): Lock {
  const text = serialise(holder);
  const release = (): void => {
    process.off('exit', release);
    if (readLock(path) === text) rmSync(path, { force: true });
  };
  process.once('exit', release);
  return { path, holder, wasStale, release, [Symbol.dispose]: release };
}

const serialise = (holder: LockHolder): string => `${JSON.stringify(holder, null, 2)}\n`;

/** Makes the file with its content in one step (a hard link never overwrites); false when it is there already. */
function create(path: string, holder: LockHolder): boolean {
  const temporary = temporaryName(path, 'tmp');
  writeFileSync(temporary, serialise(holder));
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    return createWithoutLinks(path, holder); // file systems without hard links
  } finally {
    rmSync(temporary, { force: true });
  }
}

function createWithoutLinks(path: string, holder: LockHolder): boolean {
  try {
    writeFileSync(path, serialise(holder), { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function readLock(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function parse(text: string): LockHolder | null {
  try {
    const value = JSON.parse(text) as LockHolder;
    return Number.isInteger(value.pid) && typeof value.host === 'string' ? value : null;
  } catch {
    return null; // a torn file: nobody who lives writes one
  }
}

function isStale({ pid, host, birth }: LockHolder): boolean {
  if (host !== hostname()) return false;
  if (!isAlive(pid)) return true;
  const now = birthOf(pid);
  return birth !== null && now !== null && birth !== now;
}

/** Removes the stale lock we read, and nothing else: if another process was quicker, its lock goes back. */
function clear(path: string, stale: string): boolean {
  const aside = temporaryName(path, 'old');
  try {
    renameSync(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
  const mine = readLock(aside) === stale;
  if (!mine && !existsSync(path)) renameSync(aside, path);
  else rmSync(aside, { force: true });
  return mine;
}

function refusal(path: string, { pid, host, started }: LockHolder): ToolkitError {
  const where = host === hostname() ? '' : ` on ${host}`;
  const who = host === hostname() && pid === process.pid ? `this process (${pid})` : `process ${pid}${where}`;
  const remedy =
    host === hostname() ? 'Wait for it to end, or stop it' : `If it no longer runs there, delete the lock file`;
  return new ToolkitError('locked', `${path} is held by ${who}, started ${started}. ${remedy}.`);
}

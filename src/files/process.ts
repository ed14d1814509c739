import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Whether a process of this number runs on this machine, ours or anybody's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return state(pid) !== 'Z'; // a zombie is dead and only waits for its parent to notice
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * A text that differs between two processes that had the same number one after the other: boot and start time.
 * Null where the system does not say, and then the number alone has to do.
 */
export function birthOf(pid: number): string | null {
  try {
    if (process.platform === 'linux') {
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      return `${boot} ${statFields(pid)[19]}`; // field 22 of the line: ticks since boot
    }
    if (process.platform === 'win32') return null;
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

const state = (pid: number): string | undefined => {
  try {
    return process.platform === 'linux' ? statFields(pid)[0] : undefined;
  } catch {
    return undefined;
  }
};

/** Fields 3 and later of /proc/PID/stat; the command name before them may contain spaces and brackets. */
function statFields(pid: number): string[] {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return line.slice(line.lastIndexOf(')') + 2).split(' ');
}

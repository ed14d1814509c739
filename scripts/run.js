import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { root } from './paths.js';

/**
 * Runs a program in the repository and resolves with its exit code; output goes straight through.
 * `node` means this very Node.
 */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program === 'node' ? process.execPath : program, args, {
      cwd: root,
      stdio: 'inherit',
      shell: program === 'npm' && process.platform === 'win32',
      ...options,
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal ? 1 : code));
  });
}

/** The program of a development dependency, as arguments for `node`. */
export const tool = (file) => `${root}node_modules/${file}`;

/** Whether the module was started by itself and not imported. */
export const isMain = (meta) => process.argv[1] === fileURLToPath(meta.url);

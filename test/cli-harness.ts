import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { main } from '../src/cli/main.js';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, with streams that only listen. */
export async function cli(...argv: readonly string[]): Promise<Outcome> {
  const texts = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      texts[name] += text;
      return true;
    },
    on: () => undefined,
    listeners: () => [],
  });
  const code = await main(argv, { stdout: sink('stdout'), stderr: sink('stderr'), environment: {} });
  return { code, ...texts };
}

/** The lines of JSON on stdout; fails when there is anything else. */
export const events = ({ stdout }: Outcome): readonly Record<string, unknown>[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const entry = `const { main } = await import(${JSON.stringify(new URL('../src/cli/main.ts', import.meta.url).href)});
process.exitCode = await main(process.argv.slice(1));`;

/** Starts a command line in a process of its own. */
export function start(...argv: readonly string[]): ChildProcess & { readonly ended: Promise<Outcome> } {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', entry, '--', ...argv], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const ended = new Promise<Outcome>((resolve) => {
    child.on('close', (code, signal) => resolve({ code: code ?? (signal === 'SIGKILL' ? 137 : -1), stdout, stderr }));
  });
  return Object.assign(child, { ended });
}

/** Resolves when a line of output matches. */
export function seen(child: ChildProcess, pattern: RegExp): Promise<void> {
  let text = '';
  return new Promise((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      text += chunk.toString();
      if (pattern.test(text)) resolve();
    };
    child.stdout!.on('data', look);
    child.stderr!.on('data', look);
    child.on('close', () => reject(new Error(`The process ended before ${pattern} was seen. It said:\n${text}`)));
  });
}

/** A fresh directory that is gone after `use`. */
export async function withDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'langevin-'));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export interface TestFolder {
  readonly root: string;
  /** The path of a file or folder in it. */
  place(name: string): string;
  /** A text as it is wherever the folder lies: with ROOT for its path. */
  plain(text: string): string;
}

/** A fresh folder for the tests of one file, gone after them. */
export async function testFolder(name: string): Promise<TestFolder> {
  const root = await mkdtemp(join(tmpdir(), `langevin-${name}-`));
  after(() => rm(root, { recursive: true, force: true }));
  return { root, place: (name) => join(root, name), plain: (text) => text.replaceAll(root, 'ROOT') };
}

/** Everything that training has changed by a step of a run: the bytes of each file, by its name. */
export function trainedState(run: string, step: number): Readonly<Record<string, string>> {
  const folder = join(run, 'checkpoints', `step-${String(step).padStart(9, '0')}`);
  const files = readdirSync(folder).filter((file) => file.endsWith('.safetensors'));
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file)).toString('base64')]));
}

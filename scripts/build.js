/**
 * Compiles src/ into dist/. Does nothing when no source changed; compiles incrementally otherwise.
 * The result is put in place in one rename, so that a program that is reading dist/ never sees half of it.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cache, filesBelow, root } from './paths.js';
import { isMain, run, tool } from './run.js';

const out = join(root, 'dist');
const staged = join(cache, 'dist');
const stamp = join(cache, 'inputs');

export async function build({ force = false } = {}) {
  const sources = await filesBelow('src', (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  const inputs = await fingerprint([...sources, 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json']);
  if (!force && existsSync(out) && existsSync(stamp) && (await readFile(stamp, 'utf8')) === inputs) return 0;

  const info = join(cache, 'build.tsbuildinfo');
  if (force || !existsSync(info)) await rm(cache, { recursive: true, force: true });
  const code = await run('node', [
    tool('typescript/bin/tsc'),
    ...['-p', 'tsconfig.build.json', '--noEmitOnError', '--incremental', '--tsBuildInfoFile', info, '--outDir', staged],
  ]);
  if (code !== 0) return code;
  await forgetDeleted(sources);
  await putInPlace(inputs);
  return 0;
}

async function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\n`).update(await readFile(join(root, file)));
  return hash.digest('hex');
}

/** An incremental compiler leaves the output of sources that are gone. */
async function forgetDeleted(sources) {
  const kept = new Set(sources.map((file) => file.slice('src/'.length, -'.ts'.length)));
  const prefix = `${staged.slice(root.length)}/`;
  for (const file of await filesBelow(prefix, () => true)) {
    const name = file.slice(prefix.length).replace(/(\.d\.ts|\.js)$/, '');
    if (!kept.has(name) && !file.endsWith('.json')) await rm(join(root, file));
  }
}

async function putInPlace(inputs) {
  const fresh = join(root, `dist.tmp-${process.pid}`);
  const old = `${fresh}-old`;
  await mkdir(staged, { recursive: true });
  await cp(staged, fresh, { recursive: true });
  if (existsSync(out)) await rename(out, old);
  await rename(fresh, out);
  await writeFile(stamp, inputs);
  await rm(old, { recursive: true, force: true });
}

if (isMain(import.meta)) {
  process.exitCode = await build({ force: process.argv.includes('--force') });
}

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { lockHolder, takeLock } from './lock.js';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'langevin-lock-'));
});
after(() => rm(dir, { recursive: true, force: true }));

const lockUrl = new URL('./lock.ts', import.meta.url).href;

async function holding(path: string) {
  const script = `
    const { takeLock } = await import(${JSON.stringify(lockUrl)});
    takeLock(${JSON.stringify(path)});
    console.log('taken');
    setTimeout(() => {}, 60000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  await once(child.stdout, 'data');
  return { pid: child.pid!, kill: (signal: NodeJS.Signals) => (child.kill(signal), closed) };
}

test('a second taker is refused while the first lives, and takes over when it was killed', async () => {
  const path = join(dir, 'run', 'lock');
  const other = await holding(path);
  const { started } = JSON.parse(await readFile(path, 'utf8'));
  assert.throws(() => takeLock(path), {
    name: 'ToolkitError',
    code: 'locked',
    message: `${path} is held by process ${other.pid}, started ${started}. Wait for it to end, or stop it.`,
  });
  assert.equal(lockHolder(path)?.pid, other.pid);
  await other.kill('SIGKILL');
  assert.ok(existsSync(path));
  assert.equal(lockHolder(path), null);
  const lock = takeLock(path);
  assert.ok(lock.wasStale);
  lock.release();
  assert.deepEqual(await readdir(join(dir, 'run')), []);
});

test('the same process is refused too, and released locks are free', () => {
  const path = join(dir, 'own');
  {
    using lock = takeLock(path);
    assert.ok(!lock.wasStale);
    const { started } = lock.holder;
    assert.throws(() => takeLock(path), {
      message: `${path} is held by this process (${process.pid}), started ${started}. Wait for it to end, or stop it.`,
    });
  }
  assert.ok(!existsSync(path));
  takeLock(path).release();
});

test('a process that ends gives its lock back', async () => {
  const path = join(dir, 'ends');
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', `(await import('${lockUrl}')).takeLock('${path}')`],
    { stdio: 'inherit' },
  );
  assert.deepEqual(await once(child, 'close'), [0, null]);
  assert.ok(!existsSync(path));
});

test('a number that belongs to another process by now is stale', { skip: process.platform === 'win32' }, async () => {
  const path = join(dir, 'reused');
  const holder = { pid: process.pid, host: hostname(), started: 'long ago', birth: 'another boot 123' };
  await writeFile(path, JSON.stringify(holder));
  const lock = takeLock(path);
  assert.ok(lock.wasStale);
  lock.release();
});

test('a torn lock is stale; one from another machine is not', async () => {
  const path = join(dir, 'torn');
  await writeFile(path, '{"pid": 1');
  assert.ok(takeLock(path).wasStale);
  const far = join(dir, 'far');
  await writeFile(far, JSON.stringify({ pid: 7, host: 'elsewhere', started: 'yesterday', birth: null }));
  assert.throws(() => takeLock(far), {
    message: `${far} is held by process 7 on elsewhere, started yesterday. If it no longer runs there, delete the lock file.`,
  });
});

test('a lock that somebody else replaced is not removed', async () => {
  const path = join(dir, 'replaced');
  const lock = takeLock(path);
  await writeFile(path, 'not mine');
  lock.release();
  assert.ok(existsSync(path));
});

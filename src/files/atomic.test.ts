import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { sweepTemporary, writeDirectoryAtomic, writeFileAtomic, writeJson } from './atomic.js';
import { writeError } from './errors.js';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'langevin-atomic-'));
});
after(() => rm(dir, { recursive: true, force: true }));

const fails = (message: string) => ({ name: 'ToolkitError', code: 'cannot-write', message });

test('a file appears whole, in directories made for it, and nothing else stays behind', async () => {
  const path = join(dir, 'a', 'b', 'file.txt');
  await writeFileAtomic(path, 'one');
  await writeFileAtomic(path, new TextEncoder().encode('two'));
  assert.equal(await readFile(path, 'utf8'), 'two');
  await writeJson(path, { a: 1 });
  assert.equal(await readFile(path, 'utf8'), '{\n  "a": 1\n}\n');
  assert.deepEqual(await readdir(join(dir, 'a', 'b')), ['file.txt']);
});

test('what cannot be written says why', async () => {
  const place = join(dir, 'place');
  await mkdir(join(place, 'sub'), { recursive: true });
  await writeFile(join(place, 'file'), '');
  await assert.rejects(
    writeFileAtomic(join(place, 'sub'), 'x'),
    fails(`Cannot write ${join(place, 'sub')}: it is a directory. Choose another name (EISDIR).`),
  );
  const below = join(place, 'file', 'x');
  await assert.rejects(
    writeFileAtomic(below, 'x'),
    fails(`Cannot write ${below}: a file stands where its directory should be. Choose another path (EEXIST).`),
  );
  assert.deepEqual((await readdir(place)).sort(), ['file', 'sub']);
});

test('a full disk and a forbidden place are one sentence each', () => {
  const system = (code: string) => Object.assign(new Error(`${code}: something`), { code });
  assert.equal(
    writeError('x.bin', system('ENOSPC')).message,
    'Cannot write x.bin: the disk is full. Free some space and try again (ENOSPC).',
  );
  assert.equal(
    writeError('x.bin', system('EACCES')).message,
    'Cannot write x.bin: permission was denied. Choose a place you may write to (EACCES).',
  );
  assert.equal(
    writeError('/proc/x.bin', system('ENOENT')).message,
    'Cannot write /proc/x.bin: its directory cannot be made, or a link in it leads nowhere. Choose another place (ENOENT).',
  );
  const busy = Object.assign(new Error("EBUSY: resource busy or locked, open '.x.bin.1-2.tmp'"), { code: 'EBUSY' });
  assert.equal(writeError('x.bin', busy).message, 'Cannot write x.bin: resource busy or locked (EBUSY).');
});

test('a link that leads nowhere is no place to write', async () => {
  const link = join(dir, 'nowhere');
  await symlink(join(dir, 'gone', 'deeper'), link);
  const path = join(link, 'x');
  const reason = 'its directory cannot be made, or a link in it leads nowhere. Choose another place (ENOENT).';
  await assert.rejects(writeFileAtomic(path, 'x'), {
    code: 'cannot-write',
    message: `Cannot write ${path}: ${reason}`,
  });
});

const atomicUrl = new URL('./atomic.ts', import.meta.url).href;

/** Runs a script that prints "ready" when it hangs in the middle of writing, and kills it there. */
async function killedMidway(script: string): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await closed;
}

test('killed in the middle of a directory, the old one stays and the debris is swept', async () => {
  const target = join(dir, 'checkpoints', 'step-10');
  await writeDirectoryAtomic(target, (at) => writeFile(join(at, 'weights'), 'old'));
  await killedMidway(`
    import { writeFileSync } from 'node:fs';
    const { writeDirectoryAtomic } = await import(${JSON.stringify(atomicUrl)});
    await writeDirectoryAtomic(${JSON.stringify(target)}, async (at) => {
      writeFileSync(at + '/weights', 'half');
      console.log('ready');
      await new Promise((resolve) => setTimeout(resolve, 60000));
    });`);
  assert.equal(await readFile(join(target, 'weights'), 'utf8'), 'old');
  assert.equal((await readdir(join(dir, 'checkpoints'))).length, 2);
  assert.equal((await sweepTemporary(join(dir, 'checkpoints'))).length, 1);
  assert.deepEqual(await readdir(join(dir, 'checkpoints')), ['step-10']);
});

test('a directory is replaced as a whole, and a failing fill changes nothing', async () => {
  const target = join(dir, 'replace', 'model');
  await writeDirectoryAtomic(target, (at) => writeFile(join(at, 'first'), '1'));
  await assert.rejects(
    writeDirectoryAtomic(target, async (at) => {
      await writeFile(join(at, 'second'), '2');
      throw new Error('no more');
    }),
    { message: 'no more' },
  );
  assert.deepEqual(await readdir(target), ['first']);
  await writeDirectoryAtomic(target, (at) => writeFile(join(at, 'second'), '2'));
  assert.deepEqual(await readdir(target), ['second']);
  assert.deepEqual(await readdir(join(dir, 'replace')), ['model']);
});

test('a directory whose replacement died between the two renames gets its name back', async () => {
  const place = join(dir, 'between');
  const dead = 2 ** 22 + 1; // above the largest process number of Linux
  await mkdir(join(place, `.model.${dead}-0123abcd.old`), { recursive: true });
  await mkdir(join(place, `.model.${process.pid}-0123abcd.tmp`));
  await sweepTemporary(place);
  assert.deepEqual((await readdir(place)).sort(), [`.model.${process.pid}-0123abcd.tmp`, 'model']);
});

test('a place without permission is refused', {
  skip: process.getuid?.() === 0 && 'root may write anywhere',
}, async () => {
  const place = join(dir, 'closed');
  await mkdir(place);
  await chmod(place, 0o500);
  await assert.rejects(writeFileAtomic(join(place, 'x'), ''), { code: 'cannot-write' });
});

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { defaultCacheDir, readCached, writeCached } from './cache.js';

test('the cache is where the environment says', () => {
  assert.equal(defaultCacheDir({ LANGEVIN_CACHE: '/a', XDG_CACHE_HOME: '/b' }), '/a');
  assert.equal(defaultCacheDir({ XDG_CACHE_HOME: '/b' }), join('/b', 'langevin'));
  assert.equal(defaultCacheDir({}), join(homedir(), '.cache', 'langevin'));
});

test('only the bytes that were written come back', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'langevin-cache-'));
  const path = join(dir, 'deep', 'x.bin');
  assert.equal(await readCached(path, 3), null);
  await writeCached(path, Uint8Array.of(1, 2, 3));
  assert.deepEqual(await readCached(path, 3), Uint8Array.of(1, 2, 3));
  assert.equal(await readCached(path, 4), null);
  const bytes = await readFile(path);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(path, bytes);
  assert.equal(await readCached(path, 3), null, 'a flipped bit is noticed');
  await writeFile(path, '');
  assert.equal(await readCached(path, 3), null);
  await rm(dir, { recursive: true });
});

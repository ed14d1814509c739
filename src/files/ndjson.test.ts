import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { appendBytes, appendNdjson, filterNdjson, readNdjson } from './ndjson.js';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'langevin-ndjson-'));
});
after(() => rm(dir, { recursive: true, force: true }));

test('records come back in order, and a half line is neither read nor kept', async () => {
  const path = join(dir, 'new', 'metrics.jsonl');
  assert.deepEqual(await readNdjson(path), []);
  await appendNdjson(path, { step: 1 }, { step: 2 });
  await appendFile(path, `{"step": 3, "text": "${'x'.repeat(10_000)}`);
  assert.deepEqual(await readNdjson(path), [{ step: 1 }, { step: 2 }]);
  await appendNdjson(path, { step: 3 });
  assert.equal(await readFile(path, 'utf8'), '{"step":1}\n{"step":2}\n{"step":3}\n');
  await filterNdjson<{ step: number }>(path, ({ step }) => step < 3);
  assert.deepEqual(await readNdjson(path), [{ step: 1 }, { step: 2 }]);
});

test('a file that is nothing but half a line starts anew', async () => {
  const path = join(dir, 'half.jsonl');
  await writeFile(path, '{"st');
  await appendNdjson(path, 1);
  assert.equal(await readFile(path, 'utf8'), '1\n');
});

test('a line in the middle that is not JSON is named', async () => {
  const path = join(dir, 'bad.jsonl');
  await writeFile(path, '1\noops\n2\n');
  await assert.rejects(readNdjson(path), {
    code: 'bad-ndjson',
    message: `${path}: line 2 is not JSON: "oops".`,
  });
});

test('bytes are added as they are', async () => {
  const path = join(dir, 'events');
  await appendBytes(path, Uint8Array.of(1, 2));
  await appendBytes(path, Uint8Array.of(3));
  assert.deepEqual([...(await readFile(path))], [1, 2, 3]);
});

test('a full disk says so', { skip: !existsSync('/dev/full') && 'there is no /dev/full' }, async () => {
  await assert.rejects(appendBytes('/dev/full', 'x'), {
    code: 'cannot-write',
    message: 'Cannot write /dev/full: the disk is full. Free some space and try again (ENOSPC).',
  });
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const names = (await readdir(`${root}examples`)).filter((name) => name.endsWith('.ts')).sort();
const skip = existsSync(`${root}dist/index.js`) ? false : 'examples import the package, and there is no build';

/** The last line that each prints, where it says that the example did its work. */
const endings: Readonly<Record<string, RegExp>> = {
  '01-gradient.ts': /^node\/cpu: loss 0\.3674, d loss\/d w2 = -0\.3775 -0\.3600 -0\.0129$/,
  '02-sample-a-gaussian.ts': /^100 steps: mean (?:1\.99|2\.00)\d \(2\), deviation 0\.49\d \(0\.5\)$/,
  '03-train-a-tiny-unet.ts': /^step 60: loss 0\.[2-5]\d+$/,
  '04-a-model-folder.ts': /^Pictures of shape \[4, 3, 8, 8\] are in .*grid\.png$/,
  '05-your-own-sampler.ts': /^midpoint: error \d\.\de-4, \d\.\de-5, \d\.\de-6 with 20, 40 and 80 steps$/,
};

test('examples are numbered from 01 on', () => {
  assert.deepEqual(
    names.map((name) => name.slice(0, 3)),
    names.map((_, i) => `${String(i + 1).padStart(2, '0')}-`),
  );
});

for (const name of names) {
  test(`${name} is short`, async () => {
    const lines = (await readFile(`${root}examples/${name}`, 'utf8')).trimEnd().split('\n');
    assert.ok(lines.length < 40, `${lines.length} lines`);
  });

  test(`${name} runs`, { skip }, async () => {
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--import', 'tsx', `examples/${name}`], { cwd: root });
    assert.match(stdout.trimEnd().split('\n').at(-1)!, endings[name]!, stdout);
  });
}

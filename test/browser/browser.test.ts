import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { ops } from '../../src/graph/index.js';
import { chromiumPath, type OpenPage, openPage, untilReady } from './chromium.js';
import type { BrowserTests } from './page.js';

const skip = chromiumPath ? false : 'no Chromium is installed (looked at CHROMIUM_PATH and the usual places)';

/**
 * WebGPU may fuse and reorder, hence its tolerance; every new shape compiles new shaders, which takes the software
 * adapter seconds for a convolution, hence fewer samples of each op.
 */
const devices = {
  wasm: { tolerance: 2e-5, samples: Infinity },
  webgpu: { tolerance: 5e-4, samples: 3 },
} as const;

suite('browser', { skip }, () => {
  let open: OpenPage;
  before(async () => {
    open = await openPage(new URL('page.ts', import.meta.url));
  });
  after(() => open[Symbol.asyncDispose]());

  /** Calls one of the page's tests. */
  const call = <Name extends Exclude<keyof BrowserTests, 'isolated'>>(
    name: Name,
    ...args: Parameters<BrowserTests[Name]>
  ): ReturnType<BrowserTests[Name]> =>
    open.page.evaluate(
      ([method, given]) =>
        (globalThis as unknown as { tests: Record<string, (...all: unknown[]) => unknown> }).tests[method]!(...given),
      [name, args] as const,
    ) as ReturnType<BrowserTests[Name]>;

  let computed: Promise<readonly number[]> | undefined;
  const reference = () => (computed ??= call('train', 'reference', 2));

  test('the page has shared memory', async () => {
    assert.equal(await open.page.evaluate('tests.isolated'), true);
  });

  test('a wrong option is refused in one sentence', async () => {
    assert.equal(await call('refusal', { threads: 65 }), 'web runtime: threads must be an integer in [0, 64], got 65.');
  });

  test('threads on a page without shared memory are refused with the remedy', async () => {
    const page = await open.page.context().browser()!.newPage();
    await page.goto(new URL('/plain', open.page.url()).href);
    await untilReady(page);
    assert.equal(
      await page.evaluate('tests.refusal({ threads: 2 })'),
      'web runtime: 2 threads need a cross-origin isolated page. Serve it with the headers ' +
        '"Cross-Origin-Opener-Policy: same-origin" and "Cross-Origin-Embedder-Policy: require-corp", or ask for 1.',
    );
    await page.close();
  });

  for (const device of ['wasm', 'webgpu'] as const) {
    const { tolerance, samples } = devices[device];
    suite(device, () => {
      for (const name of ops.names) {
        test(`${name} and its gradient equal their meaning`, async () => {
          assert.deepEqual(await call('checkOp', device, name, { tolerance, samples }), []);
        });
      }

      test('runs that overlap do not disturb each other', async () => {
        assert.deepEqual(await call('checkConcurrentRuns', device), [4, 9]);
      });

      test('a U-Net trains as the reference does, and its loss falls', async () => {
        const losses = await call('train', device, 6);
        for (const [i, loss] of (await reference()).entries()) {
          assert.ok(Math.abs(losses[i]! - loss) < 1e-3 * loss, `step ${i}: ${device} ${losses[i]}, reference ${loss}`);
        }
        assert.ok(losses.at(-1)! < 0.9 * losses[0]!, `losses ${losses.join(', ')}`);
      });
    });
  }
});

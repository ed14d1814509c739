/**
 * What does training in a browser tab cost? A U-Net of ours on WebAssembly, and one small convolution net of which
 * TensorFlow.js and jax-js have the same, where `npm install` was run in bench/peers/js.
 *
 *     npx tsx bench/web.ts --write
 */
import { existsSync } from 'node:fs';
import { openPage } from '../test/browser/chromium.js';
import { benchOptions } from './options.js';
import { report, table } from './report.js';
import { brief } from './statistics.js';
import type { UnetOutcome, WebBench } from './web-page.js';

interface PlainArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Three 3×3 convolutions without bias, with relu between, squared error, gradient descent. */
export interface SmallNet {
  readonly x: PlainArray;
  readonly target: PlainArray;
  readonly weights: readonly PlainArray[];
  readonly rate: number;
}

export interface Contest {
  readonly net: SmallNet;
  readonly repeats: number;
  readonly threads: number;
}

type Result = { readonly ms: number; readonly loss: number } | { readonly error: string };

export interface Outcome {
  readonly version?: string;
  readonly threads?: number;
  readonly forward: Result;
  readonly train: Result;
}

const waves = (shape: readonly number[], scale: number): PlainArray => ({
  shape,
  data: Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => scale * Math.sin(12.9898 * i + 78.233)),
});

const net: SmallNet = {
  x: waves([32, 3, 16, 16], 1),
  target: waves([32, 3, 16, 16], 0.5),
  weights: [waves([32, 3, 3, 3], 0.3), waves([32, 32, 3, 3], 0.1), waves([3, 32, 3, 3], 0.1)],
  rate: 0.01,
};

const options = benchOptions();
const contest: Contest = { net, repeats: options.repeats, threads: options.threads };
const peers = new URL('peers/js/', import.meta.url);
const unet = { preset: 'small', batch: 32, threads: options.threads, repeats: options.repeats } as const;

async function ours(): Promise<{ small: Outcome; unet: UnetOutcome }> {
  await using open = await openPage(new URL('web-page.ts', import.meta.url));
  const call = <Name extends keyof WebBench>(name: Name, given: Parameters<WebBench[Name]>[0]) =>
    open.page.evaluate(
      ([method, argument]) =>
        (globalThis as unknown as { bench: Record<string, (of: unknown) => unknown> }).bench[method]!(argument),
      [name, given] as const,
    ) as ReturnType<WebBench[Name]>;
  return { small: await call('small', contest), unet: await call('unet', unet) };
}

async function theirs(name: string): Promise<Outcome> {
  const folders = { '/tfjs/': new URL('node_modules/@tensorflow/tfjs-backend-wasm/dist/', peers) };
  await using open = await openPage(new URL('page.js', peers), folders);
  return await open.page.evaluate(
    ([contender, given]) =>
      (globalThis as unknown as { contenders: Record<string, (of: unknown) => Promise<Outcome>> }).contenders[
        contender
      ]!(given),
    [name, contest] as const,
  );
}

const cell = (result: Result): string =>
  'error' in result ? `fails: ${result.error}` : `${brief(result.ms)} (loss ${result.loss.toFixed(4)})`;
const row = (name: string, { forward, train }: Outcome): readonly string[] => [name, cell(forward), cell(train)];

async function main(): Promise<void> {
  const mine = await ours();
  const rows = [row('ours, WebAssembly', mine.small)];
  if (existsSync(new URL('node_modules', peers))) {
    const tensorflow = await theirs('tensorflow');
    rows.push(
      row(`TensorFlow.js ${tensorflow.version}, WebAssembly`, tensorflow),
      row('jax-js, WebAssembly', await theirs('jax')),
    );
  } else {
    console.error('bench/peers/js has no node_modules: only ours is measured.');
  }
  const rate = (ms: number, times: number): string => brief((times * mine.unet.forwardFlops) / ms / 1e6);
  const body = [
    '## In the browser',
    '',
    `Headless Chromium, medians of ${options.repeats} runs after a second of them, ${options.threads} threads where the library has threads.`,
    '',
    'A net of three 3 × 3 convolutions (3 → 32 → 32 → 3) on 32 pictures of 16 × 16; in brackets the loss before training ' +
      'and after it, which is equal where libraries compute the same:',
    '',
    table([['library', 'forward, ms', 'training step, ms'], ...rows]),
    '',
    `The ${unet.preset} U-Net at batch ${unet.batch}, WebAssembly, AdamW:`,
    '',
    table([
      ['work', 'ms', 'GFLOP/s'],
      ['forward', brief(mine.unet.forward), rate(mine.unet.forward, 1)],
      ['training step', brief(mine.unet.train), rate(mine.unet.train, 3)],
    ]),
  ].join('\n');
  report('web', body, options);
}

await main();

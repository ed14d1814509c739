/**
 * How long do a forward pass and a training step of a U-Net take beside PyTorch? Ours and torch's runs alternate, so
 * that both see the same machine. Without a Python that has torch, only ours are measured.
 *
 *     npx tsx bench/unet-step.ts --python /path/to/venv/bin/python --write
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatUnet2dConfig, type PresetName, presetConfig } from '../src/nn/index.js';
import { startLineProcess } from './line-process.js';
import { benchOptions } from './options.js';
import { measurePeak } from './peak.js';
import { report, table } from './report.js';
import { brief, median } from './statistics.js';

export interface Request {
  readonly kind: 'forward' | 'train';
  readonly layout?: 'nchw' | 'channels_last';
  readonly repeats: number;
}

/** The answer of both programs. */
export interface Measured {
  readonly kind: Request['kind'];
  readonly ms: readonly number[];
  readonly peak_mb: number;
  readonly create_ms?: number;
}

export interface WorkerGreeting {
  readonly parameters: number;
  readonly baseline_mb: number;
  readonly forward_flops: number;
  readonly train_flops: number;
}

interface TorchGreeting {
  readonly torch: string;
  readonly parameters: number;
  readonly baseline_mb: number;
}

interface Row {
  readonly preset: PresetName;
  readonly batch: number;
}

const rows: readonly Row[] = [
  { preset: 'large', batch: 16 },
  { preset: 'medium', batch: 16 },
  { preset: 'small', batch: 32 },
  { preset: 'large', batch: 1 },
];

const options = benchOptions();
const rounds = 4;
const layouts = ['nchw', 'channels_last'] as const;

/** All runs of one kind of one program. */
class Series {
  readonly ms: number[] = [];
  peakMb = 0;
  createMs = Number.NaN;

  add({ ms, peak_mb, create_ms }: Measured): void {
    this.ms.push(...ms);
    this.peakMb = Math.max(this.peakMb, peak_mb);
    if (create_ms !== undefined) this.createMs = create_ms;
  }
}

interface Outcome {
  readonly name: string;
  readonly kind: Request['kind'];
  readonly ours: Series;
  /** The better of torch's two memory layouts; null without torch. */
  readonly theirs: (Series & { readonly layout: string }) | null;
  readonly flops: number;
  /** Memory over what the process held before the model. */
  readonly oursMb: number;
  readonly theirsMb: number;
}

interface Task extends Row {
  readonly kind: Request['kind'];
  /** Where configs are kept. */
  readonly folder: string;
}

/** One kind of work in processes of its own on both sides, so that memory of the other kind is not counted with it. */
async function compare({ preset, batch, kind, folder }: Task): Promise<Outcome & { readonly torch: string | null }> {
  const config = join(folder, `${preset}.json`);
  writeFileSync(config, formatUnet2dConfig(presetConfig(preset)));
  const shared = ['--config', config, '--batch', String(batch), '--threads', String(options.threads)];
  const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const ours = await startLineProcess<WorkerGreeting>(process.execPath, [
    '--import',
    'tsx',
    file('unet-worker.ts'),
    ...shared,
  ]);
  const theirs = options.python
    ? await startLineProcess<TorchGreeting>(options.python, [file('peers/torch_unet.py'), ...shared, '--serve'])
    : null;
  if (theirs && theirs.greeting.parameters !== ours.greeting.parameters) {
    throw new Error(`${preset}: ${ours.greeting.parameters} parameters here, ${theirs.greeting.parameters} in torch.`);
  }
  const mine = new Series();
  const other = layouts.map((layout) => Object.assign(new Series(), { layout }));
  const repeats = Math.ceil(options.repeats / rounds);
  for (let round = 0; round < rounds; round++) {
    mine.add(await ours.ask<Measured>({ kind, repeats }));
    if (theirs) for (const series of other) series.add(await theirs.ask({ kind, layout: series.layout, repeats }));
  }
  await Promise.all([ours.close(), theirs?.close()]);
  const best = theirs ? other.reduce((a, b) => (median(a.ms) <= median(b.ms) ? a : b)) : null;
  return {
    name: `${preset}, ${(ours.greeting.parameters / 1e6).toFixed(1)} M, batch ${batch}`,
    kind,
    ours: mine,
    theirs: best,
    flops: ours.greeting[`${kind}_flops`],
    oursMb: mine.peakMb - ours.greeting.baseline_mb,
    theirsMb: best ? best.peakMb - theirs!.greeting.baseline_mb : Number.NaN,
    torch: theirs?.greeting.torch ?? null,
  };
}

function show({ name, kind, ours, theirs, flops, oursMb, theirsMb }: Outcome): readonly string[] {
  const [a, b] = [median(ours.ms), theirs ? median(theirs.ms) : Number.NaN];
  const rate = (ms: number): string => brief(flops / ms / 1e6);
  const none = '–';
  return [
    name,
    kind === 'train' ? 'training step' : 'forward',
    brief(a),
    theirs ? `${brief(b)} (${theirs.layout})` : none,
    theirs ? `**${(a / b).toFixed(2)}**` : none,
    rate(a),
    theirs ? rate(b) : none,
    brief(ours.createMs),
    brief(oursMb),
    theirs ? brief(theirsMb) : none,
    theirs ? (oursMb / theirsMb).toFixed(2) : none,
  ];
}

const head = [
  'U-Net',
  'work',
  'ours, ms',
  'torch, ms',
  'ours ÷ torch',
  'ours, GFLOP/s',
  'torch, GFLOP/s',
  'graph to session, ms',
  'ours, peak MB',
  'torch, peak MB',
  'memory ratio',
];

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'langevin-bench-'));
  const peak = await measurePeak(options.threads);
  const outcomes: Outcome[] = [];
  let torch: string | null = null;
  for (const row of rows.filter(({ preset, batch }) => `${preset} ${batch}`.includes(options.only))) {
    for (const kind of ['forward', 'train'] as const) {
      const outcome = await compare({ ...row, kind, folder });
      console.error(show(outcome).join('  '));
      outcomes.push(outcome);
      torch = outcome.torch;
    }
  }
  rmSync(folder, { recursive: true });
  const peer = torch ? `PyTorch ${torch} on the CPU, eager, the better of its two memory layouts` : 'no PyTorch';
  const body = [
    '## U-Net: forward pass and training step',
    '',
    `Medians of ${options.repeats} runs, ${options.threads} threads, ours and theirs in turn; AdamW and mean squared error; ${peer}. ` +
      'Memory is the peak over what the process held before the model was made, one process for each number. ' +
      `This machine computes ${brief(peak.matmul)} GFLOP/s in matrix products and ${brief(peak.conv)} in convolutions.`,
    '',
    table([head, ...outcomes.map(show)]),
  ].join('\n');
  report('unet-step', body, options);
}

await main();

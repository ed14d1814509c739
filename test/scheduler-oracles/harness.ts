import { key } from '../../src/core/random.js';
import { torchSpace } from '../../src/core/torch-random.js';
import { assemble, denoiser, type Interval, intervals, readSchedulerConfig, sample } from '../../src/sampling/index.js';
import { noiseDeter, sampleDeter } from '../scheduler-reference.js';

export type Config = Readonly<Record<string, unknown>>;
export type Batch = ReturnType<typeof sampleDeter>;

export interface HarnessOptions {
  readonly className: string;
  /** The config of diffusers' test class. */
  readonly config: Config;
  /** Number of steps of its loops. */
  readonly steps: number;
}

/** What one of diffusers' test classes runs: its config, and the network ε = x·t/(t + 1). */
export function harness({ className, config, steps }: HarnessOptions, more: Config = {}) {
  const parts = assemble(readSchedulerConfig({ _class_name: className, ...config, ...more }));
  const space = torchSpace(0);
  const denoise = denoiser({
    network: async (x: Batch, t) => space.map(x, (value) => (value * t) / (t + 1)),
    precondition: parts.precondition,
    space,
  });
  const all = intervals(parts.steps(steps));
  const { sampler, limit, grid } = parts;
  const run = (start: Batch, over: readonly Interval[] = all): Promise<Batch> =>
    sample({ denoise, sampler, limit, grid, steps: over, start, space, key: key(0) });
  /** The fixed sample in the size that the scheduler starts with. */
  const start = (): Batch => space.lincomb([parts.startScale(all[0]!.from), sampleDeter()]);
  return { ...parts, run, all, space, start };
}

/** One run of diffusers' tests: ends where theirs ends. */
export type Run = (at: HarnessOptions) => Promise<Batch>;

/** A whole loop from the fixed sample, with these keys beside those of the test class. */
export const loop =
  (more: Config = {}): Run =>
  (at) => {
    const { run, start } = harness(at, more);
    return run(start());
  };

/** The last `count` steps, from the fixed sample in its starting size with noise added: x = α·sample + σ·noise. */
export const noisyLoop =
  ({ count, more = {} }: { readonly count: number; readonly more?: Config }): Run =>
  (at) => {
    const { run, all, space, start } = harness(at, more);
    const steps = all.slice(-count);
    const { alpha, sigma } = steps[0]!.from;
    return run(space.lincomb([alpha, start()], [sigma, noiseDeter()]), steps);
  };

/** The numbers that diffusers' tests of one scheduler assert, and how to reach them. */
export interface ClassOracles {
  /** The classes, by `_class_name`. */
  readonly classes: readonly string[];
  /** The test class, where its entries name no scheduler. */
  readonly testClass?: string;
  readonly config: Config;
  readonly steps: number;
  /** Runs by the name of the test; sums and means of their ends are asserted. */
  readonly runs: Readonly<Record<string, Run>>;
  /** Tests that assert something else: gets the assertion as text and throws where it does not hold. */
  readonly checks?: Readonly<Record<string, (at: HarnessOptions, what: string) => void | Promise<void>>>;
  /** Tests that are left out, with the reason. */
  readonly skip?: Readonly<Record<string, string>>;
}

import { key } from '../../src/core/random.js';
import { torchSpace } from '../../src/core/torch-random.js';
import type { Level } from '../../src/diffusion/index.js';
import {
  assemble,
  type Denoiser,
  denoiser,
  type Interval,
  intervals,
  type Past,
  readSchedulerConfig,
  type Sampler,
  type Step,
  sample,
} from '../../src/sampling/index.js';
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
  return { ...parts, denoise, run, all, space, start };
}

/**
 * The same for the σ-schedulers, whose tests keep what `scale_model_input` returns as the sample: every step starts from
 * x/√(σ² + 1) instead of x, and so does the second half of a step of two evaluations.
 */
export function scalingHarness(at: HarnessOptions, more: Config = {}) {
  const parts = harness(at, more);
  const { precondition, sampler, space, limit, grid, all } = parts;
  const scaledBy = (level: Level, x: Batch): Batch => space.lincomb([precondition(level).cIn, x]);
  const denoise = denoiser({
    network: async (x: Batch, t) => space.map(x, (value) => (value * t) / (t + 1)),
    precondition: (level) => ({ ...precondition(level), cIn: 1 }),
    space,
  });
  /** Where a walk begins in the middle, the slopes of the steps before it are 0 in diffusers: x there is its own D. */
  const before = (first: Interval | undefined, like: Batch): readonly Past<Batch>[] => {
    const skipped = all
      .slice(
        0,
        all.findIndex(({ from }) => from === first?.from),
      )
      .reverse();
    return skipped.map(({ from: level }) => ({ level, x: like, denoised: like }));
  };
  const scaling = (first: Interval | undefined): Sampler => ({
    ...sampler,
    async step<X>(step: Step<X>) {
      const { lincomb, from } = step;
      const small = (level: Level, y: X): X => scaledBy(level, y as Batch) as X;
      const x = small(from, step.x);
      const second: Denoiser<X> = async (y, level) => {
        const kept = small(level, y); // a slope (kept − D)/σ is (y − (y − kept + D))/σ
        return lincomb([1, y], [-1, kept], [1, await step.denoise(kept, level)]);
      };
      const result = await sampler.step({
        ...step,
        x,
        history: [...step.history, ...(before(first, step.x as Batch) as readonly Past<X>[])].slice(0, sampler.memory),
        denoise: (y, level) => (level === from ? step.denoise(y, level) : second(y, level)),
      });
      return { ...result, past: { level: from, x, denoised: result.denoised } };
    },
  });
  const run = (start: Batch, over: readonly Interval[] = all): Promise<Batch> =>
    sample({ denoise, sampler: scaling(over[0]), limit, grid, steps: over, start, space, key: key(0) });
  return { ...parts, run };
}

/** One run of diffusers' tests: ends where theirs ends. */
export type Run = (at: HarnessOptions) => Promise<Batch>;

interface NoisyOptions {
  /** How many of the last steps are walked. */
  readonly count: number;
  readonly more?: Config;
}

const runsOf = (make: typeof harness) => ({
  loop:
    (more: Config = {}): Run =>
    (at) => {
      const { run, start } = make(at, more);
      return run(start());
    },
  noisyLoop:
    ({ count, more = {} }: NoisyOptions): Run =>
    (at) => {
      const { run, all, space, start } = make(at, more);
      const steps = all.slice(-count);
      const { alpha, sigma } = steps[0]!.from;
      return run(space.lincomb([alpha, start()], [sigma, noiseDeter()]), steps);
    },
});

/**
 * `loop(keys)`: a whole loop from the fixed sample, with these keys beside those of the test class. `noisyLoop`: the last
 * steps, from the fixed sample in its starting size with noise added, x = α·sample + σ·noise.
 */
export const { loop, noisyLoop } = runsOf(harness);

/** The same in the harness of the σ-schedulers. */
export const { loop: scalingLoop, noisyLoop: scalingNoisyLoop } = runsOf(scalingHarness);

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

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { floats, type HostArray } from '../src/core/host-array.js';
import { key } from '../src/core/random.js';
import type { Space } from '../src/core/space.js';
import { readSchedulerConfig } from '../src/sampling/diffusers/config.js';
import { type Assembled, assemble, denoiser, type Steps, sample } from '../src/sampling/index.js';

type Batch = HostArray<'float32'>;

/** A whole walk of a scheduler of diffusers: what its network was told, and where it ended. */
export interface Run {
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly steps: number;
  readonly told: readonly number[];
  readonly end: readonly number[];
}

/** The runs in a file of test/golden/schedulers. */
export const goldenRuns = <R extends Run = Run>(name: string) =>
  JSON.parse(readFileSync(new URL(`golden/schedulers/${name}.json`, import.meta.url), 'utf8')) as {
    readonly diffusers: string;
    readonly runs: readonly R[];
  };

/** The network of those runs, as the programs that made them have it. */
export const runNetwork = (x: number, t: number): number => 0.3 * x + (0.1 * t) / (1 + Math.abs(t));

/** Where they start, times the spread of the first level. */
export const runStart = (scale: number): Batch =>
  floats(
    [2, 2, 3, 4],
    Float32Array.from({ length: 48 }, (_, i) => scale * (i / 48 - 0.4)),
  );

export interface WalkOptions {
  readonly space: Space<Batch>;
  /** The spread of x at the first level. */
  readonly scale: (parts: Assembled, steps: Steps) => number;
}

/** The same walk here. */
export async function walkRun({ class: name, config, steps: count }: Run, { space, scale }: WalkOptions) {
  const parts = assemble(readSchedulerConfig({ _class_name: name, ...config }));
  const told: number[] = [];
  const network = async (x: Batch, t: number): Promise<Batch> => {
    told.push(t);
    return space.map(x, (value) => runNetwork(value, t));
  };
  const denoise = denoiser({ network, precondition: parts.precondition, space });
  const steps = parts.steps(count);
  const start = runStart(scale(parts, steps));
  const { data } = await sample({ ...parts, denoise, steps, start, space, key: key(0) });
  return { told, end: data };
}

/** The network was told what it is to be told, up to `tolerance` of a time, or of 1 where that is larger. */
export function assertTold(told: readonly number[], expected: readonly number[], tolerance: number): void {
  for (const [i, t] of expected.entries()) {
    const close = Math.abs(told[i]! - t) <= tolerance * Math.max(1, Math.abs(t));
    assert.ok(close, `call ${i}: told ${told[i]}, expected ${t}`);
  }
}

/**
 * The walk ended where it is to end, up to 1e-4 of the size of what is there, the root of its mean square, or up to
 * `relative` of a value where that is more.
 */
export function assertEnd(end: Float32Array, expected: readonly number[], { relative = 0 } = {}): void {
  const size = Math.sqrt(expected.reduce((sum, value) => sum + value ** 2, 0) / expected.length);
  for (const [i, value] of expected.entries()) {
    const tolerance = Math.max(1e-4 * size, relative * Math.abs(value));
    assert.ok(Math.abs(end[i]! - value) < tolerance, `value ${i}: ${end[i]} against ${value}, size ${size}`);
  }
}

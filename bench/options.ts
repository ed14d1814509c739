import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly threads: number;
  /** Timed runs per measurement, spread over the rounds. */
  readonly repeats: number;
  /** A Python that can import torch and diffusers; null leaves the comparison out. */
  readonly python: string | null;
  /** Whether RESULTS.md is rewritten. */
  readonly write: boolean;
  /** Only measurements whose name contains this. */
  readonly only: string;
}

/** The flags that all benchmarks share. */
export function benchOptions(): BenchOptions {
  const { values } = parseArgs({
    options: {
      threads: { type: 'string', default: '2' },
      repeats: { type: 'string', default: '12' },
      python: { type: 'string', default: process.env['LANGEVIN_PYTHON'] ?? '' },
      only: { type: 'string', default: '' },
      write: { type: 'boolean', default: false },
    },
  });
  return {
    threads: Number(values.threads),
    repeats: Number(values.repeats),
    python: values.python === '' ? null : values.python,
    write: values.write,
    only: values.only,
  };
}

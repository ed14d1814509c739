import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { floats, type HostArray } from '../../core/host-array.js';
import { key } from '../../core/random.js';
import { batchSpace } from '../../core/space.js';
import { denoiser } from '../denoiser.js';
import { intervals } from '../intervals.js';
import { assemble } from '../scheme.js';
import { sample } from '../trajectory.js';
import { readSchedulerConfig, writeSchedulerConfig } from './config.js';

interface Run {
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly steps: number;
  readonly told: readonly number[];
  readonly end: readonly number[];
}

type Batch = HostArray<'float32'>;

const golden = JSON.parse(
  readFileSync(new URL('../../../test/golden/schedulers/dpm-runs.json', import.meta.url), 'utf8'),
) as { readonly diffusers: string; readonly runs: readonly Run[] };

/** Draws nothing: what is left of a stochastic walk can be compared with one of another generator. */
const space = { ...batchSpace(), gaussian: (like: Batch) => floats(like.shape) };

async function walk({ class: name, config, steps: count }: Run): Promise<{ told: number[]; end: Float32Array }> {
  const parts = assemble(readSchedulerConfig({ _class_name: name, ...config }));
  const told: number[] = [];
  const network = async (x: Batch, t: number): Promise<Batch> => {
    told.push(t);
    return space.map(x, (value) => 0.3 * value + (0.1 * t) / (1 + Math.abs(t)));
  };
  const denoise = denoiser({ network, precondition: parts.precondition, space });
  const steps = parts.steps(count);
  const scale = parts.startScale(intervals(steps)[0]!.from);
  const start = floats(
    [2, 2, 3, 4],
    Float32Array.from({ length: 48 }, (_, i) => scale * (i / 48 - 0.4)),
  );
  const { data } = await sample({ ...parts, denoise, steps, start, space, key: key(0) });
  return { told, end: data };
}

suite(`DPM-Solvers of diffusers ${golden.diffusers}, without their noise`, () => {
  for (const run of golden.runs) {
    test(`${run.class} ${JSON.stringify(run.config)}, ${run.steps} steps`, async () => {
      const { told, end } = await walk(run);
      assert.equal(told.length, run.told.length, 'calls of the network');
      for (const [i, t] of run.told.entries()) {
        const close = Math.abs(told[i]! - t) <= 2e-5 * Math.max(1, Math.abs(t));
        assert.ok(close, `call ${i}: told ${told[i]}, expected ${t}`);
      }
      const size = Math.sqrt(run.end.reduce((sum, value) => sum + value ** 2, 0) / run.end.length);
      for (const [i, value] of run.end.entries()) {
        const tolerance = 1e-4 * Math.max(size, Math.abs(value));
        assert.ok(Math.abs(end[i]! - value) < tolerance, `value ${i}: ${end[i]} against ${value}`);
      }
    });

    test(`${run.class} ${JSON.stringify(run.config)} is written back`, () => {
      const scheme = readSchedulerConfig({ _class_name: run.class, ...run.config });
      const written = writeSchedulerConfig(scheme);
      const { arithmetic: _, ...grid } = scheme.grid;
      const { arithmetic: __, ...again } = readSchedulerConfig(written).grid;
      assert.deepEqual({ ...readSchedulerConfig(written), grid: again }, { ...scheme, grid });
    });
  }
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { floats, type HostArray } from '../../core/host-array.js';
import { key } from '../../core/random.js';
import { torchSpace } from '../../core/torch-random.js';
import { denoiser } from '../denoiser.js';
import { noisiest } from '../intervals.js';
import { assemble } from '../scheme.js';
import { sample } from '../trajectory.js';
import { readSchedulerConfig, writeSchedulerConfig } from './config.js';

interface Run {
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly steps: number;
  readonly calls: number;
  readonly told: readonly number[];
  readonly end: readonly number[];
}

type Batch = HostArray<'float32'>;

const golden = JSON.parse(
  readFileSync(new URL('../../../test/golden/schedulers/corner-runs.json', import.meta.url), 'utf8'),
) as { readonly diffusers: string; readonly runs: readonly Run[] };

async function walk({ class: name, config, steps: count }: Run): Promise<{ told: number[]; end: Float32Array }> {
  const parts = assemble(readSchedulerConfig({ _class_name: name, ...config }));
  const space = torchSpace(0);
  const told: number[] = [];
  const network = async (x: Batch, t: number): Promise<Batch> => {
    told.push(t);
    return space.map(x, (value) => 0.3 * value + (0.1 * t) / (1 + Math.abs(t)));
  };
  const denoise = denoiser({ network, precondition: parts.precondition, space });
  const steps = parts.steps(count);
  const scale = parts.startScale(noisiest(steps));
  const start = floats(
    [2, 2, 3, 4],
    Float32Array.from({ length: 48 }, (_, i) => scale * (i / 48 - 0.4)),
  );
  const { data } = await sample({ ...parts, denoise, steps, start, space, key: key(0) });
  return { told, end: data };
}

suite(`whole runs of diffusers ${golden.diffusers} at the corners of its configs`, () => {
  for (const run of golden.runs) {
    test(`${run.class} ${JSON.stringify(run.config)}, ${run.steps} steps`, async () => {
      const { told, end } = await walk(run);
      assert.equal(told.length, run.calls, 'calls of the network');
      const kept = run.calls <= 20 ? told : [...told.slice(0, 10), ...told.slice(-10)];
      for (const [i, t] of run.told.entries()) {
        const close = Math.abs(kept[i]! - t) <= 2e-5 * Math.max(1, Math.abs(t));
        assert.ok(close, `call ${i}: told ${kept[i]}, expected ${t}`);
      }
      const size = Math.sqrt(run.end.reduce((sum, value) => sum + value ** 2, 0) / run.end.length);
      for (const [i, value] of run.end.entries()) {
        assert.ok(Math.abs(end[i]! - value) < 1e-4 * size, `value ${i}: ${end[i]} against ${value}, size ${size}`);
      }
    });

    test(`${run.class} ${JSON.stringify(run.config)} is written back`, () => {
      const scheme = readSchedulerConfig({ _class_name: run.class, ...run.config });
      const written = JSON.parse(JSON.stringify(writeSchedulerConfig(scheme))) as Readonly<Record<string, unknown>>;
      const { arithmetic: _, ...grid } = scheme.grid;
      const { arithmetic: __, ...again } = readSchedulerConfig(written).grid;
      assert.deepEqual({ ...readSchedulerConfig(written), grid: again }, { ...scheme, grid });
    });
  }
});

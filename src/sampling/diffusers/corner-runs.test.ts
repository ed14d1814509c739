import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { assertEnd, assertTold, goldenRuns, type Run, walkRun } from '../../../test/scheduler-runs.js';
import { torchSpace } from '../../core/torch-random.js';
import { noisiest } from '../intervals.js';
import { readSchedulerConfig, writeSchedulerConfig } from './config.js';

const golden = goldenRuns<Run & { readonly calls: number }>('corner-runs');

const walk = (run: Run) =>
  walkRun(run, { space: torchSpace(0), scale: ({ startScale }, steps) => startScale(noisiest(steps)) });

suite(`whole runs of diffusers ${golden.diffusers} at the corners of its configs`, () => {
  for (const run of golden.runs) {
    test(`${run.class} ${JSON.stringify(run.config)}, ${run.steps} steps`, async () => {
      const { told, end } = await walk(run);
      assert.equal(told.length, run.calls, 'calls of the network');
      const kept = run.calls <= 20 ? told : [...told.slice(0, 10), ...told.slice(-10)];
      assertTold(kept, run.told, 2e-5);
      assertEnd(end, run.end);
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

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { assertEnd, assertTold, goldenRuns, type Run, walkRun } from '../../../test/scheduler-runs.js';
import { floats, type HostArray } from '../../core/host-array.js';
import { batchSpace } from '../../core/space.js';
import { intervals } from '../intervals.js';
import { readSchedulerConfig, writeSchedulerConfig } from './config.js';

const golden = goldenRuns('dpm-runs');

/** Draws nothing: what is left of a stochastic walk can be compared with one of another generator. */
const space = { ...batchSpace(), gaussian: (like: HostArray<'float32'>) => floats(like.shape) };

const walk = (run: Run) =>
  walkRun(run, { space, scale: ({ startScale }, steps) => startScale(intervals(steps)[0]!.from) });

suite(`DPM-Solvers of diffusers ${golden.diffusers}, without their noise`, () => {
  for (const run of golden.runs) {
    test(`${run.class} ${JSON.stringify(run.config)}, ${run.steps} steps`, async () => {
      const { told, end } = await walk(run);
      assert.equal(told.length, run.told.length, 'calls of the network');
      assertTold(told, run.told, 2e-5);
      assertEnd(end, run.end, { relative: 1e-4 });
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

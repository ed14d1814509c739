import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { goldenRuns, type Run, walkRun } from '../../../test/scheduler-runs.js';
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

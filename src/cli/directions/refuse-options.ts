import type { DiffusionModel } from '../../pipelines/index.js';
import { loadClassifier } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { requireTap } from '../edit/semantic-edits.js';
import { usageError } from '../parse.js';
import { parseLeaveOut } from './examples.js';
import { type DirectionsOptions, timesOf } from './run-directions.js';

export interface RefuseOptionsOptions {
  readonly options: DirectionsOptions;
  readonly model: DiffusionModel;
  readonly runtime: Runtime;
}

/** One sentence for what is wrong by itself, before any picture is loaded. */
export async function refuseOptions({ options, model, runtime }: RefuseOptionsOptions): Promise<void> {
  const { method, judge, pairsWeight, leaveOut, tap } = options;
  requireTap({ model, runtime, tap });
  parseLeaveOut(leaveOut);
  if (method !== 'trained') return void timesOf(options);
  if (pairsWeight === 0 && judge === null) {
    throw usageError(
      'directions: with --pairs-weight 0 a judge has to say what the attribute is. Name one with --judge DIR, or leave ' +
        '--pairs-weight out.',
    );
  }
  if (judge !== null) await loadClassifier(judge);
}

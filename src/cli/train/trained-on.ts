import { dirname, resolve } from 'node:path';

import type { LoadDataOptions } from './load-data.js';
import type { RunPlan } from './plan.js';
import { isRun, readRunConfig } from './run-folder.js';

/** The data of the run that a model folder is, or lies in; null for a model that was copied out of its run. */
export async function trainedOn(model: string): Promise<Pick<LoadDataOptions, 'data' | 'channels'> | null> {
  const root = [model, dirname(resolve(model))].find(isRun);
  if (root === undefined) return null;
  const { options, data: known } = (await readRunConfig(root)) as unknown as RunPlan;
  const { data, channels = 'auto' } = options;
  return { data, channels: channels === 'auto' ? known.channels : channels };
}

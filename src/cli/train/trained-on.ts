import { dirname, resolve } from 'node:path';

import type { RunPlan, TrainOptions } from './plan.js';
import { isRun, readRunConfig } from './run-folder.js';

/** The data of the run that a model folder is, or lies in; null for a model that was copied out of its run. */
export async function trainedOn(model: string): Promise<Pick<TrainOptions, 'data' | 'channels'> | null> {
  const root = [model, dirname(resolve(model))].find(isRun);
  if (root === undefined) return null;
  const { data, channels = 'auto' } = ((await readRunConfig(root)) as unknown as RunPlan).options;
  return { data, channels };
}

import { existsSync } from 'node:fs';

import { ToolkitError } from '../../core/errors.js';
import { type DiffusionModel, loadModel } from '../../pipelines/index.js';
import type { Output } from '../terminal/output.js';
import { isRun, runFolder } from '../train/run-folder.js';

/**
 * Loads a model folder, the folder of a network, or what a training run has made so far. Every command opens models here,
 * so that what is worth knowing of one is told by all of them.
 */
export async function openModel(path: string, out: Pick<Output, 'warn'>): Promise<DiffusionModel> {
  if (isRun(path) && !existsSync(runFolder(path).model)) {
    throw new ToolkitError('no-model', `${path} is a run without a model yet: it is saved with the first checkpoint.`);
  }
  return loadModel(path, { note: (sentence) => out.warn(sentence) });
}

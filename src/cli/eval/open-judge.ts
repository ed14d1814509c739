import { type Judge, judge, loadClassifier } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { shippedFolder } from '../model/shipped-model.js';
import { usageError } from '../parse.js';

/** The classifier that says what samples show: the one named, or the one that is shipped. */
export async function openJudge(path: string | null, runtime: Runtime): Promise<Judge> {
  const folder = path ?? shippedFolder('judge-32');
  if (folder === null) throw usageError('eval: the shipped judge is not installed here. Name one with --judge DIR.');
  return judge({ model: await loadClassifier(folder), runtime, name: path ?? 'models/judge-32' });
}

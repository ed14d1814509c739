import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Judge, judge, loadClassifier } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { usageError } from '../parse.js';

/** The folder of the judge that comes with Langevin, or null where it was left out. */
function shippedJudge(): string | null {
  const folder = fileURLToPath(new URL('../../../models/judge-32', import.meta.url));
  return existsSync(folder) ? folder : null;
}

/** The classifier that says what samples show: the one named, or the one that is shipped. */
export async function openJudge(path: string | null, runtime: Runtime): Promise<Judge> {
  const folder = path ?? shippedJudge();
  if (folder === null) throw usageError('eval: the shipped judge is not installed here. Name one with --judge DIR.');
  return judge({ model: await loadClassifier(folder), runtime, name: path ?? 'models/judge-32' });
}

import { floats } from '../../../core/host-array.js';
import { fold, key } from '../../../core/random.js';
import { batchSpace } from '../../../core/space.js';
import { classifierFeatures, editingCurve, loadClassifier, pictureShape } from '../../../pipelines/index.js';
import { assemble, type EditingInterval, editingInterval, startingNoise } from '../../../sampling/index.js';
import { shippedFolder } from '../../model/shipped-model.js';
import { usageError } from '../../parse.js';
import type { EditJob } from '../define-edit-kind.js';

/** Pictures that are drawn to measure distances along their walks. */
export const measuredPictures = 8;

/**
 * Where edits act and where noise is renewed, by the distances of what the model draws to what its walks expect on the
 * way; see `editingInterval`. Pictures are compared by the features of the shipped classifier.
 */
export async function measuredInterval({ model, runtime, sampling, signal }: EditJob): Promise<EditingInterval> {
  const folder = shippedFolder('features-32');
  if (folder === null) {
    throw usageError(
      'edit: semantic:measured compares pictures by models/features-32, which is not installed here. Say edit and boost.',
    );
  }
  const { labels, steps, scheme, seed } = sampling;
  const parts = assemble({ ...model.scheme, ...scheme });
  const root = fold(key(seed), 'interval');
  const like = floats([measuredPictures, ...pictureShape(model)]);
  const start = startingNoise({
    ...{ steps: parts.steps(steps), like, space: batchSpace(), key: root, scale: parts.startScale },
  });
  using features = classifierFeatures({ model: await loadClassifier(folder), runtime, name: 'models/features-32' });
  const told = labels ? { labels: Array.from({ length: measuredPictures }, () => labels[0]!) } : {};
  const curve = await editingCurve({ model, runtime, start, steps, scheme, key: root, features, signal, ...told });
  const { edit, boost } = editingInterval({ curve });
  const rounded = (t: number): number => Math.round(t * 1000) / 1000;
  return { edit: rounded(edit), boost: rounded(Math.min(edit, boost)) };
}

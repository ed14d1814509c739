import { rows } from '../../core/host-array.js';
import { key } from '../../core/random.js';
import { gather } from '../../data/batches.js';
import { type DataSet, isPoints, presentLabels, splitIndices } from '../../data/dataset.js';
import { grid } from '../../files/grid.js';
import type { Picture } from '../../files/picture.js';
import type { ConditionConfig } from '../../nn/index.js';
import { type Asked, bindConditions, conditionOf, type DiffusionModel, generateAll } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { assemble } from '../../sampling/index.js';
import { spread } from '../../training/index.js';
import { pictureOfBatch } from '../plot/point-picture.js';
import { scaleOf } from '../sample/settle-sampling.js';

export interface PreviewOptions {
  readonly model: DiffusionModel;
  readonly runtime: Runtime;
  readonly data: DataSet;
  readonly count: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Samples as one picture, the classes of the data in turn: always the same noise, so that progress can be seen. */
export async function preview({
  model: own,
  runtime,
  data,
  count: asked,
  seed,
  signal,
}: PreviewOptions): Promise<Picture> {
  const count = isPoints(data) ? pointCount : asked;
  const model = own.condition ? bindConditions(own, toldOf(own.condition, data, count)) : own;
  const present = own.condition ? model.classes!.map((_, label) => label) : model.classes ? presentLabels(data) : [];
  const labels = Array.from({ length: count }, (_, i) => present[Math.floor((i * present.length) / count)] ?? null);
  const pictures = await generateAll({
    model,
    runtime,
    count,
    seed,
    ...(present.length > 0 && { labels }),
    steps: Math.min(isPoints(data) ? pointSteps : previewSteps, assemble(model.scheme).grid.count),
    scheme: previewScheme,
    batch: isPoints(data) ? pointCount : 16,
    signal,
  });
  if (isPoints(data)) return (await pictureOfBatch(pictures, { labels, classes: model.classes }))[0]!;
  return grid(pictures, { scale: scaleOf(model) });
}

/** What is told of some pictures of the data, those that were not trained on where there are enough. */
function toldOf(condition: ConditionConfig, data: DataSet, count: number): readonly Asked[] {
  const held = [...splitIndices(data, 'val'), ...splitIndices(data, 'test')];
  const all = spread(held.length >= count ? held : [...data.items.keys()], count);
  const batch = gather(data, all);
  const told = conditionOf(condition).of({ ...batch, key: key(0) });
  return batch.items.map(({ name }, i) => ({ name, value: rows(told, i, i + 1) }));
}

/** Enough for points, of which each step costs little: with fewer some stay between thin shapes. */
export const pointSteps = 60;

/** Points in a preview, however many pictures were asked for: fewer show nothing. */
export const pointCount = 2_000;

/** Enough to see what the model has learnt. */
export const previewSteps = 30;

/** Fresh noise in every step forgives a young network the mistakes of the step before. */
const previewScheme = { sampler: { name: 'ddpm' }, steps: { name: 'trailing' } } as const;

import { type DataSet, isPoints, presentLabels } from '../../data/dataset.js';
import { grid } from '../../files/grid.js';
import type { Picture } from '../../files/picture.js';
import { type DiffusionModel, generateAll } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
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
export async function preview({ model, runtime, data, count: asked, seed, signal }: PreviewOptions): Promise<Picture> {
  const present = model.classes ? presentLabels(data) : [];
  const count = isPoints(data) ? pointCount : asked;
  const labels = Array.from({ length: count }, (_, i) => present[Math.floor((i * present.length) / count)] ?? null);
  const pictures = await generateAll({
    model,
    runtime,
    count,
    seed,
    ...(present.length > 0 && { labels }),
    steps: isPoints(data) ? pointSteps : previewSteps,
    scheme: previewScheme,
    batch: isPoints(data) ? pointCount : 16,
    signal,
  });
  if (isPoints(data)) return (await pictureOfBatch(pictures, { labels, classes: model.classes }))[0]!;
  return grid(pictures, { scale: scaleOf(model) });
}

/** Enough for points, of which each step costs little: with fewer some stay between thin shapes. */
export const pointSteps = 60;

/** Points in a preview, however many pictures were asked for: fewer show nothing. */
export const pointCount = 2_000;

/** Enough to see what the model has learnt. */
export const previewSteps = 30;

/** Fresh noise in every step forgives a young network the mistakes of the step before. */
const previewScheme = { sampler: { name: 'ddpm' }, steps: { name: 'trailing' } } as const;

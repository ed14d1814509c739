import { floats, type HostArray } from '../core/host-array.js';
import { assemble, type IntervalPoint, intervals, timeOf } from '../sampling/index.js';
import type { FeatureNetwork } from './features.js';
import { type SemanticOptions, semantic } from './semantic.js';

type Batch = HostArray<'float32'>;

export interface EditingCurveOptions extends Omit<SemanticOptions, 'edits' | 'interval' | 'batch'> {
  /** What pictures are compared by; the features of a classifier of ours stand in for LPIPS. */
  readonly features: FeatureNetwork;
}

/**
 * How far the pictures of a walk are from the ones it ends in, at each of its times: d(x, P_t) of the expected clean
 * picture and d(x, x_t) of the noisy one, in units of the mean distance between the final pictures themselves. What
 * `editingInterval` reads. Kwon et al. 2023, arXiv:2210.10960, Section 3.3. Give it some eight pictures or more.
 */
export async function editingCurve({ features, ...options }: EditingCurveOptions): Promise<readonly IntervalPoint[]> {
  const { model, start } = options;
  const parts = assemble({ ...model.scheme, ...options.scheme });
  const path = intervals(parts.steps(options.steps));
  const seen: { readonly t: number; readonly x: Batch; readonly clean: Batch }[] = [];
  const work = semantic({ ...options, edits: [], batch: start.shape[0]! });
  for (;;) {
    const { done, value } = await work.next();
    if (!done) {
      const { from } = path[value.step - 1]!;
      seen.push({ t: timeOf(parts.grid, from), x: value.x, clean: value.denoised });
      continue;
    }
    const last = await features.extract(value);
    const unit = meanDistance(last, null) || 1; // one picture, or all alike: the distances themselves
    const points: IntervalPoint[] = [{ t: 0, clean: 0, noisy: 0 }];
    for (const { t, x, clean } of seen) {
      const [p, noisy] = [await features.extract(clipped(clean)), await features.extract(clipped(x))];
      points.push({ t, clean: meanDistance(last, p) / unit, noisy: meanDistance(last, noisy) / unit });
    }
    return points.sort((a, b) => a.t - b.t);
  }
}

const clipped = ({ shape, data }: Batch): Batch =>
  floats(
    shape,
    data.map((value) => Math.max(-1, Math.min(1, value))),
  );

/** Mean distance of rows to the rows of the same number, or, with null, to all other rows. */
function meanDistance(a: Batch, b: Batch | null): number {
  const [count = 0, size = 0] = a.shape;
  let [sum, pairs] = [0, 0];
  for (let i = 0; i < count; i++) {
    for (let j = b ? i : 0; j < (b ? i + 1 : i); j++) {
      let square = 0;
      for (let d = 0; d < size; d++) square += (a.data[i * size + d]! - (b ?? a).data[j * size + d]!) ** 2;
      sum += Math.sqrt(square);
      pairs += 1;
    }
  }
  return sum / Math.max(1, pairs);
}

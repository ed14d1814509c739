import { ToolkitError } from '../core/errors.js';
import type { HostArray } from '../core/host-array.js';
import { dataShape } from '../nn/index.js';
import {
  type ConditionedModel,
  type InversionPlan,
  type Inversions,
  type InvertOptions,
  invert,
  type WalkFrame,
  walkBack,
} from './invert.js';

type Batch = HostArray<'float32'>;

export interface TranslateOptions
  extends InversionPlan,
    Pick<InvertOptions, 'runtime' | 'pictures' | 'batch' | 'signal'> {
  /** What the pictures are: the model and classes they become noise under. */
  readonly source: ConditionedModel;
  /** What they should become: the same model with other classes, or another model on the same levels. */
  readonly target: ConditionedModel;
}

/** How far a translation is. */
export interface TranslateFrame extends WalkFrame {
  readonly phase: 'inverting' | 'drawing';
}

export interface Translation {
  /** [N, C, H, W]. */
  readonly pictures: Batch;
  /** The noise that both sides share. */
  readonly found: Inversions;
}

/**
 * Pictures of one kind as pictures of another, without pairs to learn from: to noise under the source, and from the same
 * noise back under the target.
 *
 *   z = ODE(x; source, 0 → 1),   y = ODE(z; target, 1 → 0)
 *
 * Dual diffusion implicit bridges, Su et al. 2022, arXiv:2203.08382, Algorithm 1: two Schrödinger bridges laid end to end.
 * With an exact ODE y translates back to x exactly (their Proposition 3.1), so that the error there and back is that of the
 * walks alone. With `edit-friendly` the noise of every step is shared as well (Wu & De la Torre 2022, arXiv:2210.05559).
 */
export async function* translate(options: TranslateOptions): AsyncGenerator<TranslateFrame, Translation, undefined> {
  const { source, target, pictures, runtime, batch, signal, ...plan } = options;
  const [own, other] = [dataShape(source.model.config), dataShape(target.model.config)];
  if (own.join() !== other.join()) {
    throw new ToolkitError(
      'shape-mismatch',
      `translate: the models are of pictures of ${own.join(' × ')} and of ${other.join(' × ')}. Take two of one size.`,
    );
  }
  const shared = { runtime, signal, ...(batch !== undefined && { batch }) };
  const found = yield* phase('inverting', invert({ ...plan, ...source, ...shared, pictures }));
  const drawn = yield* phase('drawing', walkBack({ ...target, ...shared, found }));
  return { pictures: drawn, found };
}

/** One half of the way, which counts half of the steps. */
async function* phase<R>(
  name: TranslateFrame['phase'],
  work: AsyncGenerator<WalkFrame, R, undefined>,
): AsyncGenerator<TranslateFrame, R, undefined> {
  for (;;) {
    const { done, value } = await work.next();
    if (done) return value;
    const { done: steps, total } = value;
    yield { ...value, phase: name, done: name === 'inverting' ? steps : total + steps, total: 2 * total };
  }
}

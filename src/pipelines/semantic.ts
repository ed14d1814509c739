import { finish } from '../core/finish.js';
import { type HostArray, rows } from '../core/host-array.js';
import type { Key } from '../core/random.js';
import { batchSpace } from '../core/space.js';
import type { Runtime } from '../runtime/index.js';
import {
  assemble,
  ddimInverse,
  type EditingInterval,
  intervals,
  qualityBoost,
  reversed,
  type Scheme,
  timeOf,
  trajectory,
} from '../sampling/index.js';
import { type GenerateFrame, inTurn } from './batches.js';
import { checkGuidance, type Guiding, type GuidingModels, guider, guidingOf } from './guiding.js';
import { checkLabels, type Labels, rowLabels } from './labels.js';
import type { DiffusionModel } from './model.js';
import { batchNetwork } from './network.js';
import { questions } from './questions.js';
import { asymmetricPath, checkEdits, type SemanticChanges, semanticPaths } from './semantic-path.js';

type Batch = HostArray<'float32'>;

export interface SemanticOptions extends GuidingModels, Pick<SemanticChanges, 'edits' | 'tap'> {
  readonly model: DiffusionModel;
  readonly runtime: Runtime;
  /** x at the noisiest level [N, C, H, W]: noise, or real pictures inverted. */
  readonly start: Batch;
  /** One label a picture; null for "any class". Unconditional models take none. */
  readonly labels?: Labels | undefined;
  /** How labels are followed: the scale of classifier-free guidance, where 1 is none, or guidance by name. */
  readonly guidance?: number | Guiding;
  readonly interval?: EditingInterval;
  /** Parts of the model's own scheme to replace: sampler, steps, limit. */
  readonly scheme?: Partial<Pick<Scheme, 'sampler' | 'steps' | 'limit'>>;
  readonly steps: number;
  readonly key: Key;
  /** Number of the first picture in the whole job, for streams of noise. */
  readonly first?: number;
  /** Pictures computed together. It does not change them. */
  readonly batch?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What is known after one step of one batch. */
export type SemanticFrame = GenerateFrame;

/** The whole walk is edited and none of it boosted. */
export const wholeWalk: EditingInterval = Object.freeze({ edit: 0, boost: 0 });

/**
 * From noise to pictures with edits in h-space: the asymmetric reverse process of Kwon et al. 2023 (arXiv:2210.10960,
 * Equations 4 and 8) around any sampler,
 *
 *   t ≥ t_edit:  x₀ from D(x; h + Σ strength·Δh), the direction of the noise from D(x; h)
 *   t < t_edit:  the plain step
 *   t ≤ t_boost: the plain step with fresh noise, η = 1
 *
 * Edits add up, strengths may be negative or differ from picture to picture; with all of them zero this is plain
 * sampling, bit by bit. Yields after every step.
 */
export async function* semantic(options: SemanticOptions): AsyncGenerator<SemanticFrame, Batch, undefined> {
  const { model, runtime, start, guidance, steps: length, signal, interval = wholeWalk } = options;
  const parts = assemble({ ...model.scheme, ...options.scheme });
  const total = start.shape[0]!;
  checkSemantic(options);
  const steps = parts.steps(length);
  const batch = Math.min(total, options.batch ?? 16);
  using network = batchNetwork({ model, runtime, batch });
  using guide = guider({ ...options, network, precondition: parts.precondition, guiding: guidingOf(guidance) });
  using paths = semanticPaths({ ...options, network, guide, parts, until: interval.edit });
  const sampler =
    interval.boost > 0
      ? qualityBoost({ sampler: parts.sampler, boosts: (from) => timeOf(parts.grid, from) <= interval.boost })
      : parts.sampler;
  return yield* inTurn({
    ...{ count: total, batch, steps: intervals(steps).length },
    walk({ first, last, count, pictures }) {
      const space = batchSpace({ first: (options.first ?? 0) + first });
      const given = { pictures, labels: rowLabels({ model, labels: options.labels, first, count }), space };
      const path = asymmetricPath(paths(given));
      const walk = { ...parts, ...path, sampler, steps, space, key: options.key, signal };
      return trajectory({ ...walk, start: rows(start, first, last) });
    },
  });
}

/** Runs `semantic` to its end. */
export const semanticAll = (options: SemanticOptions): Promise<Batch> => finish(semantic(options));

function checkSemantic({ start, edits, ...conditioned }: SemanticOptions): void {
  const count = start.shape[0]!;
  checkLabels({ who: 'semantic', ...conditioned, count });
  checkGuidance({ who: 'semantic', ...conditioned, count });
  checkEdits({ who: 'semantic', edits, count });
}

export interface InvertSemanticOptions
  extends Pick<SemanticOptions, 'model' | 'runtime' | 'labels' | 'scheme' | 'steps' | 'key' | 'batch' | 'signal'> {
  /** Real pictures [N, C, H, W] in [−1, 1]. */
  readonly pictures: Batch;
  /** Further guesses of where each step lands, see `ddimInverse`: 2 return to the picture to within what can be seen. */
  readonly refinements?: number;
}

/** Real pictures as the noise that `semantic` makes them of, along the same steps, without guidance. Yields as that does. */
export async function* invertSemantic(options: InvertSemanticOptions): AsyncGenerator<SemanticFrame, Batch, undefined> {
  const { model, runtime, pictures, key, signal, refinements = 2 } = options;
  const parts = assemble({ ...model.scheme, ...options.scheme });
  const total = pictures.shape[0]!;
  const batch = Math.min(total, options.batch ?? 16);
  const { precondition } = parts;
  using network = batchNetwork({ model, runtime, batch });
  const steps = reversed(parts.steps(options.steps));
  const sampler = ddimInverse({ refinements });
  return yield* inTurn({
    ...{ count: total, batch, steps: intervals(steps).length },
    walk({ first, last, count }) {
      const space = batchSpace({ first });
      const ask = questions({ config: model.config, network, precondition, space });
      const denoise = ask(rowLabels({ model, labels: options.labels, first, count }));
      const start = rows(pictures, first, last);
      return trajectory({ ...parts, limit: undefined, sampler, steps, denoise, start, space, key, signal });
    },
  });
}

/** Runs `invertSemantic` to its end. */
export const invertSemanticAll = (options: InvertSemanticOptions): Promise<Batch> => finish(invertSemantic(options));

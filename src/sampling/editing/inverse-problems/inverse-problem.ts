import { choice, number, type Resolved } from '../../../core/options.js';
import { intervals } from '../../intervals.js';
import type { Denoiser } from '../../sampler.js';
import type { Batch } from '../batch.js';
import { type Cost, type CostOptions, costOf } from '../cost.js';
import { type EditAt, type EditFrames, startOf, walked } from '../edit.js';
import type { Measurement } from '../measurement.js';
import { nullSpace } from './null-space.js';
import { posteriorSampling } from './posterior-sampling.js';
import { pseudoInverse } from './pseudo-inverse.js';

/** How all edits that are inverse problems are told to solve them. */
export const inverseOptions = {
  rule: choice(['dps', 'pigdm', 'ddnm'], {
    default: 'dps',
    help: 'How the walk is drawn to what is seen: a step along the gradient, by the pseudo-inverse with the gradient, or by the pseudo-inverse alone, which is cheapest.',
  }),
  scale: number({
    default: null,
    min: 0,
    max: 1000,
    help: 'How hard it is drawn: ζ′ of dps, 3 unless told; a factor for pigdm, 1 unless told. 0 samples freely.',
  }),
};

export type InverseOptions = Resolved<typeof inverseOptions>;

/** What a walk under a rule costs. */
export function inverseCost(at: CostOptions, { rule }: Pick<InverseOptions, 'rule'>): Cost {
  const cost = costOf(at);
  const pullbacks = rule === 'ddnm' ? 0 : intervals(at.steps).length;
  return { ...cost, pullbacks };
}

export interface InverseProblem {
  readonly measurement: Measurement;
  /** What was seen. */
  readonly measured: Batch;
}

/** How hard unless told: what filled, enlarged and coloured small pictures well in 30 to 100 steps. */
const usualScale = { dps: 3, pigdm: 1, ddnm: 1 } as const;

/** A walk from noise, drawn to pictures that would be seen as the source was. */
export function inverseWalk(at: EditAt, problem: InverseProblem, { rule, scale: given }: InverseOptions): EditFrames {
  const scale = given ?? usualScale[rule];
  const { pullback, space, source } = at;
  const start = startOf(at, source);
  switch (rule) {
    case 'dps':
      return walked(at, { start, landings: [posteriorSampling({ ...problem, pullback: pullback!, scale })] });
    case 'pigdm':
      return walked(at, { start, landings: [pseudoInverse({ ...problem, pullback: pullback!, scale })] });
    case 'ddnm':
      return walked(at, {
        start,
        ...(scale > 0 && { around: (denoise: Denoiser<Batch>) => nullSpace({ ...problem, denoise, space }) }),
      });
  }
}

import { integer } from '../../../core/options.js';
import { costOfPath } from '../cost.js';
import { defineEdit, type EditAt, type EditFrames, walked } from '../edit.js';
import { blending } from '../painting/blending.js';
import { maskOf, startAround } from '../painting/known-region.js';
import { resampled, resampling } from '../painting/resampling.js';

export interface RepaintOptions {
  readonly jump: number;
  readonly resamples: number;
}

/**
 * Inpainting by going back and forth: blending, in which every stretch of `jump` steps is walked `resamples` times, so
 * that the new region can take back what does not fit. The cost is known before: see `cost`.
 *
 *   x_known   = α′·known + σ′·ε
 *   x_unknown = one step of the sampler
 *   x′        = m⊙x_unknown + (1 − m)⊙x_known,      then back: x = (α/α′)·x′ + √(σ² − (α/α′)²·σ′²)·ε
 *
 * Lugmayr et al. 2022, arXiv:2201.09865, Algorithm 1 and Section 4.2; 250 steps, jump 10 and 10 resamples there. The limit
 * of many resamples is the conditional distribution as far as the lowest levels mix; a deterministic sampler works,
 * since the jumps bring noise of their own.
 *
 * @example
 * import { ddim, repaint } from 'langevin/sampling';
 * repaint({ jump: 5, resamples: 10 }).cost({ sampler: ddim(), steps: Array.from({ length: 21 }, (_, i) => 20 - i) }).evaluations; // → 155
 */
export const repaint = defineEdit({
  name: 'repaint',
  summary: 'Fills a region by going back and forth until it fits (RePaint).',
  needs: ['mask'],
  options: {
    jump: integer({ default: 5, min: 1, max: 10_000, help: 'Steps that are taken back at once.' }),
    resamples: integer({ default: 10, min: 1, max: 10_000, help: 'How often every stretch is walked in all.' }),
  },
  neutral: [],
  cost: ({ sampler, steps }, options) => repaintCost({ sampler, steps }, options),
  walk: (at, options) => repaintWalk(at, options),
});

/** What going back and forth costs: only steps towards the data ask the network. */
export const repaintCost = (
  { sampler, steps }: Pick<EditAt, 'sampler' | 'steps'>,
  { jump, resamples }: RepaintOptions,
) => costOfPath({ sampler, path: resampled({ steps, jump, resamples }).filter(({ back }) => !back) });

/** The walk of `repaint`, for edits that make a source and a mask of their own. */
export function repaintWalk(at: EditAt, { jump, resamples }: RepaintOptions): EditFrames {
  const { space, key, source, sampler } = at;
  const visits = resampled({ steps: at.steps, jump, resamples });
  return walked(at, {
    steps: visits,
    start: startAround(at),
    sampler: resampling({ sampler, visits, space, like: source, key }),
    landings: [blending({ known: source, mask: maskOf(at) })],
  });
}

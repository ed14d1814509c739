import { intervals } from '../intervals.js';
import { reversed } from '../levels/reversed.js';
import { ddimInverse } from '../samplers/ode/ddim-inverse.js';
import type { Batch } from './batch.js';
import { costOfPath } from './cost.js';
import { type EditAt, type EditFrames, type EditWalk, walked } from './edit.js';

const inverse = ddimInverse({ refinements: 1 });

/** The noise that the walk would make pictures of: DDIM upwards, each step guessed twice. */
export async function* invertedWalk(at: EditWalk, pictures: Batch): EditFrames {
  const { landings: _, noises: __, shifted: ___, ...plain } = at;
  return yield* walked(plain, { steps: reversed(at.steps), start: pictures, sampler: inverse });
}

/** What that costs: two calls for each step. */
export const inversionCost = ({ steps }: Pick<EditAt, 'steps'>): number =>
  2 * costOfPath({ sampler: inverse, path: intervals(steps) }).evaluations;

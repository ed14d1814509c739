import { choice, number } from '../../../core/options.js';
import { costOf, costOfPath } from '../cost.js';
import { defineEdit, startOf, walked } from '../edit.js';
import { inversionCost, invertedWalk } from '../latent.js';
import { lastShare, partWay } from '../part-way.js';

/**
 * Pictures like a picture: every copy of the source in the batch becomes another one. `noised` is `partial-noising`, where
 * each copy has noise of its own. `inverted` finds the noise that makes the source and moves it,
 *
 *   x_T ← √(1 − s²)·x_T + s·ε
 *
 * which leaves its length as it is and changes large things first. Strength 0 returns the source.
 *
 * @example
 * import { ddim, variations } from 'langevin/sampling';
 * const at = { sampler: ddim(), steps: [4, 3, 2, 1, 0] };
 * [variations({ strength: 0.5 }).cost(at).evaluations, variations({ way: 'inverted' }).cost(at).evaluations]; // → [2, 12]
 */
export const variations = defineEdit({
  name: 'variations',
  summary: 'Pictures like the source, each with noise of its own.',
  options: {
    strength: number({ default: 0.5, min: 0, max: 1, help: 'How far they may go: 0 changes nothing.' }),
    way: choice(['noised', 'inverted'], {
      default: 'noised',
      help: 'Noise added part of the way, or the noise that makes the source moved.',
    }),
  },
  neutral: [{ strength: 0 }, { strength: 0, way: 'inverted' }],
  cost(at, { strength, way }) {
    if (way === 'noised' || strength === 0) return costOfPath({ ...at, path: lastShare(at.steps, strength) });
    const plain = costOf(at);
    return { ...plain, evaluations: plain.evaluations + inversionCost(at) };
  },
  async *walk(at, { strength, way }) {
    if (strength === 0) return at.source;
    if (way === 'noised') return yield* partWay(at, { source: at.source, strength });
    const latent = at.latent ?? (yield* invertedWalk(at, at.source));
    const fresh = startOf(at, at.source);
    const start = at.space.lincomb([Math.sqrt(1 - strength ** 2), latent], [strength, fresh]);
    return yield* walked(at, { start });
  },
});

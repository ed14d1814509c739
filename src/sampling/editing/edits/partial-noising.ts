import { number } from '../../../core/options.js';
import { costOfPath } from '../cost.js';
import { defineEdit } from '../edit.js';
import { lastShare, partWay } from '../part-way.js';

/**
 * Noise is added part of the way and taken away again: what is larger than the noise stays, what is finer is made anew.
 *
 *   x = α_s·source + σ_s·ε,   then the sampler from level s to the data
 *
 * s is where the last `strength` of the steps begins. Strength 0 returns the source and 1 is plain sampling. Meng et al.
 * 2021, arXiv:2108.01073 (SDEdit), Algorithm 1. Where there is a mask, the pixels outside of it are put back at the end
 * alone; to have the network see them on the way, use `repaint` or `blend`.
 *
 * @example
 * import { batchSpace, floats, key } from 'langevin/core';
 * import { ddim, partialNoising } from 'langevin/sampling';
 * const source = floats([1, 2], [0.25, -0.25]);
 * const walk = { sampler: ddim(), steps: [2, 1, 0], space: batchSpace(), key: key(0), denoise: async (x) => x };
 * const { value } = await partialNoising({ strength: 0 }).run({ ...walk, source, mask: null }).next();
 * value === source; // → true
 */
export const partialNoising = defineEdit({
  name: 'partial-noising',
  summary: 'Adds noise part of the way and takes it away again (SDEdit).',
  options: {
    strength: number({ default: 0.5, min: 0, max: 1, help: 'Share of the steps: 0 changes nothing, 1 keeps nothing.' }),
  },
  neutral: [{ strength: 0 }],
  cost: ({ sampler, steps }, { strength }) => costOfPath({ sampler, path: lastShare(steps, strength) }),
  walk: (at, { strength }) => partWay(at, { source: at.source, strength }),
});

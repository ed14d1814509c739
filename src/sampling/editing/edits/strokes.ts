import { integer, number } from '../../../core/options.js';
import { costOfPath } from '../cost.js';
import { defineEdit } from '../edit.js';
import { strokes } from '../painting/strokes.js';
import { lastShare, partWay } from '../part-way.js';

/**
 * A picture out of coarse strokes: `partial-noising` of a picture that says where which colour is, and no detail. The
 * source is such a picture, drawn by hand; or one is made of it first, with few colours and without detail, where
 * `radius` or `colours` is not 0. Meng et al. 2021, arXiv:2108.01073 (SDEdit), Section 4.1. Strength 0 returns the source
 * as it is.
 *
 * @example
 * import { batchSpace, floats, key } from 'langevin/core';
 * import { ddim, strokesToPicture } from 'langevin/sampling';
 * const source = floats([1, 1, 1, 2], [0.25, -0.25]);
 * const walk = { sampler: ddim(), steps: [2, 1, 0], space: batchSpace(), key: key(0), denoise: async (x) => x };
 * const { value } = await strokesToPicture({ strength: 0 }).run({ ...walk, source, mask: null }).next();
 * value === source; // → true
 */
export const strokesToPicture = defineEdit({
  name: 'strokes',
  summary: 'Makes a picture out of coarse strokes of colour (SDEdit).',
  options: {
    strength: number({ default: 0.6, min: 0, max: 1, help: 'Share of the steps: more invents more.' }),
    radius: integer({ default: 0, min: 0, max: 64, help: 'Wipes away detail over so many pixels first; 0 keeps it.' }),
    colours: integer({ default: 0, min: 0, max: 256, help: 'Leaves so many colours first; 0 leaves all.' }),
  },
  neutral: [{ strength: 0 }, { strength: 0, radius: 1, colours: 2 }],
  cost: ({ sampler, steps }, { strength }) => costOfPath({ sampler, path: lastShare(steps, strength) }),
  async *walk(at, { strength, radius, colours }) {
    if (strength === 0) return at.source;
    const painted = radius === 0 && colours === 0 ? at.source : strokes(at.source, { radius, colours });
    return yield* partWay(at, { source: painted, strength });
  },
});

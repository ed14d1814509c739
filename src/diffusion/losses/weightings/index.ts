import { defineRegistry } from '../../../core/registry.js';
import { edmWeighting } from './edm.js';
import { likelihoodWeighting } from './likelihood.js';
import { minSnrWeighting } from './min-snr.js';
import { p2Weighting } from './p2.js';
import { snrWeighting } from './snr.js';
import { softMinSnrWeighting } from './soft-min-snr.js';
import { truncatedSnrWeighting } from './truncated-snr.js';
import { uncertaintyWeighting } from './uncertainty.js';
import { uniformWeighting } from './uniform.js';

export const weightings = defineRegistry('weighting', {
  edm: edmWeighting,
  likelihood: likelihoodWeighting,
  'min-snr': minSnrWeighting,
  p2: p2Weighting,
  snr: snrWeighting,
  'soft-min-snr': softMinSnrWeighting,
  'truncated-snr': truncatedSnrWeighting,
  uncertainty: uncertaintyWeighting,
  uniform: uniformWeighting,
});

export type WeightingName = keyof typeof weightings.entries;
export {
  edmWeighting,
  likelihoodWeighting,
  minSnrWeighting,
  p2Weighting,
  snrWeighting,
  softMinSnrWeighting,
  truncatedSnrWeighting,
  uncertaintyWeighting,
  uniformWeighting,
};

import { defineRegistry } from '../../../core/registry.js';
import { minSnrWeighting } from './min-snr.js';
import { snrWeighting } from './snr.js';
import { truncatedSnrWeighting } from './truncated-snr.js';
import { uniformWeighting } from './uniform.js';

export const weightings = defineRegistry('weighting', {
  'min-snr': minSnrWeighting,
  snr: snrWeighting,
  'truncated-snr': truncatedSnrWeighting,
  uniform: uniformWeighting,
});

export type WeightingName = keyof typeof weightings.entries;
export { minSnrWeighting, snrWeighting, truncatedSnrWeighting, uniformWeighting };

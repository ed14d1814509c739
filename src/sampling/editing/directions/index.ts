import { defineRegistry } from '../../../core/registry.js';
import { jacobian } from './jacobian.js';
import { logistic } from './logistic.js';
import { meanDifference } from './mean-difference.js';
import { pca } from './pca.js';
import { trained } from './trained.js';

/** Ways to find a direction in the features of a network. */
export const directions = defineRegistry('direction', {
  'mean-difference': meanDifference,
  logistic,
  pca,
  jacobian,
  trained,
});

export type DirectionName = keyof typeof directions.entries;
export { jacobian, logistic, meanDifference, pca, trained };

import { defineRegistry } from '../../core/registry.js';
import { apg } from './apg.js';
import { autoguidance } from './autoguidance.js';
import { cfgPlusPlus } from './cfg++.js';
import { classifierFree } from './classifier-free.js';
import { classifierMean } from './classifier-mean.js';
import { classifierScore } from './classifier-score.js';
import { composed } from './composed.js';
import { interval } from './interval.js';
import { negative } from './negative.js';
import { rescale } from './rescale.js';

/** Every guidance by name. */
export const guidances = defineRegistry('guidance', {
  'classifier-free': classifierFree,
  negative,
  composed,
  autoguidance,
  apg,
  'cfg++': cfgPlusPlus,
  rescale,
  interval,
  'classifier-score': classifierScore,
  'classifier-mean': classifierMean,
});

export type GuidanceName = keyof typeof guidances.entries;
export {
  apg,
  autoguidance,
  cfgPlusPlus,
  classifierFree,
  classifierMean,
  classifierScore,
  composed,
  interval,
  negative,
  rescale,
};

import { defineRegistry } from '../../../core/registry.js';
import { denoisingScoreMatching } from './denoising.js';
import { explicitScoreMatching } from './explicit.js';
import { hybrid } from './hybrid.js';
import { implicitScoreMatching } from './implicit.js';
import { simple } from './simple.js';
import { slicedScoreMatching } from './sliced.js';
import { vlb } from './vlb.js';

export const objectives = defineRegistry('objective', {
  denoising: denoisingScoreMatching,
  explicit: explicitScoreMatching,
  hybrid,
  implicit: implicitScoreMatching,
  simple,
  sliced: slicedScoreMatching,
  vlb,
});

export type ObjectiveName = keyof typeof objectives.entries;
export {
  denoisingScoreMatching,
  explicitScoreMatching,
  hybrid,
  implicitScoreMatching,
  simple,
  slicedScoreMatching,
  vlb,
};

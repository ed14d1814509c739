import { defineRegistry } from '../../../core/registry.js';
import { logNormalLevels } from './log-normal.js';
import { logitNormalLevels } from './logit-normal.js';
import { lossSecondMomentLevels } from './loss-second-moment.js';
import { stratifiedLevels } from './stratified.js';
import { uniformLevels } from './uniform.js';

export const levelSamplers = defineRegistry('level-sampler', {
  'log-normal': logNormalLevels,
  'logit-normal': logitNormalLevels,
  'loss-second-moment': lossSecondMomentLevels,
  stratified: stratifiedLevels,
  uniform: uniformLevels,
});

export type LevelSamplerName = keyof typeof levelSamplers.entries;
export { logitNormalLevels, logNormalLevels, lossSecondMomentLevels, stratifiedLevels, uniformLevels };

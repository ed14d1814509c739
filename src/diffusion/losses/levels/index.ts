import { defineRegistry } from '../../../core/registry.js';
import { stratifiedLevels } from './stratified.js';
import { uniformLevels } from './uniform.js';

export const levelSamplers = defineRegistry('level-sampler', {
  stratified: stratifiedLevels,
  uniform: uniformLevels,
});

export type LevelSamplerName = keyof typeof levelSamplers.entries;
export { stratifiedLevels, uniformLevels };

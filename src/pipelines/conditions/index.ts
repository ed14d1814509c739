import { defineRegistry } from '../../core/registry.js';
import type { ConditionConfig } from '../../nn/index.js';
import { attributes } from './attributes.js';
import { colour } from './colour.js';
import { inpaint } from './inpaint.js';
import type { ModelCondition, ModelConditionEntry } from './model-condition.js';
import { superResolution } from './super-resolution.js';

/** What a model can be told beside the noise level and a class. */
export const conditions = defineRegistry('condition', {
  attributes,
  'image:super-resolution': superResolution,
  'image:colour': colour,
  'image:inpaint': inpaint,
});

export type ConditionName = keyof typeof conditions.entries;

/** The condition that the config of a model says. */
export const conditionOf = (config: ConditionConfig): ModelCondition =>
  (conditions.get(config.name) as unknown as ModelConditionEntry).restore(config);

export { type AskedAttribute, attributeRow } from './attributes.js';
export * from './bind.js';
export { masked } from './inpaint.js';
export {
  type ConditionSubject,
  defineModelCondition,
  type GivenPicture,
  hidden,
  type ModelCondition,
  type ModelConditionDefinition,
  type ModelConditionEntry,
  type ToldPictures,
  withPresence,
} from './model-condition.js';

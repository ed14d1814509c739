import { defineRegistry } from '../../core/registry.js';
import { colour } from './colour.js';
import { flip } from './flip.js';
import type { TransformFactory } from './transform.js';
import { translate } from './translate.js';
import { turn } from './turn.js';

export { colour } from './colour.js';
export { flip } from './flip.js';
export * from './transform.js';
export { translate } from './translate.js';
export { turn } from './turn.js';

/** Every transform, by name. */
export const transforms = defineRegistry<Readonly<Record<'colour' | 'flip' | 'translate' | 'turn', TransformFactory>>>(
  'transform',
  { colour, flip, translate, turn },
);

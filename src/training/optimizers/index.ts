import { defineRegistry } from '../../core/registry.js';
import { adamw } from './adamw.js';

/** Every optimiser by name. */
export const optimizers = defineRegistry('optimizer', { adamw });

export { adamw };

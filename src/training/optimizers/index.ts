import { defineRegistry } from '../../core/registry.js';
import { adamw } from './adamw.js';
import { muon } from './muon.js';

/** Every optimiser by name. */
export const optimizers = defineRegistry('optimizer', { adamw, muon });

export { adamw, muon };

import { defineRegistry } from '../../../core/registry.js';
import { simple } from './simple.js';

export const objectives = defineRegistry('objective', { simple });

export type ObjectiveName = keyof typeof objectives.entries;
export { simple };

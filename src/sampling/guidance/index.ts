import { defineRegistry } from '../../core/registry.js';
import { classifierFree } from './classifier-free.js';

export const guidances = defineRegistry('guidance', { 'classifier-free': classifierFree });

export type GuidanceName = keyof typeof guidances.entries;
export type { ClassifierFreeOptions } from './classifier-free.js';
export { classifierFree };

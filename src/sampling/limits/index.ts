import { defineRegistry } from '../../core/registry.js';
import { clip } from './clip.js';
import { dynamicThreshold } from './dynamic-threshold.js';

export const limits = defineRegistry('limit', { clip, 'dynamic-threshold': dynamicThreshold });

export type LimitName = keyof typeof limits.entries;
export { clip, dynamicThreshold };

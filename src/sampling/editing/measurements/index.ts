import { defineRegistry } from '../../../core/registry.js';
import { averagePool } from './average-pool.js';
import { blur } from './blur.js';
import { luma } from './luma.js';
import { visible } from './visible.js';

export const measurements = defineRegistry('measurement', { 'average-pool': averagePool, blur, luma, visible });

export type MeasurementName = keyof typeof measurements.entries;
export { averagePool, blur, luma, visible };

import { defineRegistry } from '../../core/registry.js';
import { karras, karrasSteps } from './karras.js';
import { leading, leadingIndices } from './leading.js';
import { linspace, linspaceIndices } from './linspace.js';
import { trailing, trailingIndices } from './trailing.js';

export const noiseSteps = defineRegistry('steps', { karras, leading, linspace, trailing });

export type StepsName = keyof typeof noiseSteps.entries;
export type { KarrasOptions } from './karras.js';
export { karras, karrasSteps, leading, leadingIndices, linspace, linspaceIndices, trailing, trailingIndices };

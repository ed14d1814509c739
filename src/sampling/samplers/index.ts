import { defineRegistry } from '../../core/registry.js';
import { ddim } from './ddim.js';
import { ddpm } from './ddpm.js';
import { dpmpp2m } from './dpmpp-2m.js';
import { euler } from './euler.js';
import { eulerAncestral } from './euler-ancestral.js';
import { heun } from './heun.js';

export const samplers = defineRegistry('sampler', {
  ddim,
  ddpm,
  'dpmpp-2m': dpmpp2m,
  euler,
  'euler-ancestral': eulerAncestral,
  heun,
});

export type SamplerName = keyof typeof samplers.entries;
export { ddim, ddpm, dpmpp2m, euler, eulerAncestral, heun };

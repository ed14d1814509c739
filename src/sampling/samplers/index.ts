import { defineRegistry } from '../../core/registry.js';
import { ddim } from './ode/ddim.js';
import { dpmpp2m } from './ode/dpmpp-2m.js';
import { euler } from './ode/euler.js';
import { heun } from './ode/heun.js';
import { ddpm } from './sde/ddpm.js';
import { eulerAncestral } from './sde/euler-ancestral.js';

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

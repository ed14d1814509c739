import { defineRegistry } from '../../core/registry.js';
import { dpmAdaptive } from './adaptive/dpm-adaptive.js';
import { rk45 } from './adaptive/rk45.js';
import { consistency } from './distilled/consistency.js';
import { lcm } from './distilled/lcm.js';
import { tcd } from './distilled/tcd.js';
import { ddim } from './ode/ddim.js';
import { ddimInverse } from './ode/ddim-inverse.js';
import { dpmSolver1 } from './ode/dpm-solver-1.js';
import { dpmSolver2 } from './ode/dpm-solver-2.js';
import { dpmSolver3 } from './ode/dpm-solver-3.js';
import { dpmSolverMultistep } from './ode/dpm-solver-multistep.js';
import { dpmSolverSinglestep } from './ode/dpm-solver-singlestep.js';
import { dpmpp2m } from './ode/dpmpp-2m.js';
import { dpmpp2s } from './ode/dpmpp-2s.js';
import { dpmpp3m } from './ode/dpmpp-3m.js';
import { euler } from './ode/euler.js';
import { heun } from './ode/heun.js';
import { annealedLangevin } from './sde/annealed-langevin.js';
import { ddpm } from './sde/ddpm.js';
import { dpmSolverMultistepSde } from './sde/dpm-solver-multistep-sde.js';
import { dpmSolverSinglestepSde } from './sde/dpm-solver-singlestep-sde.js';
import { dpmpp2mSde } from './sde/dpmpp-2m-sde.js';
import { dpmpp3mSde } from './sde/dpmpp-3m-sde.js';
import { dpmppSde } from './sde/dpmpp-sde.js';
import { eulerAncestral } from './sde/euler-ancestral.js';
import { eulerMaruyama } from './sde/euler-maruyama.js';
import { reverseDiffusion } from './sde/reverse-diffusion.js';

export const samplers = defineRegistry('sampler', {
  'annealed-langevin': annealedLangevin,
  consistency,
  ddim,
  'ddim-inverse': ddimInverse,
  ddpm,
  'dpm-adaptive': dpmAdaptive,
  'dpm-solver-1': dpmSolver1,
  'dpm-solver-2': dpmSolver2,
  'dpm-solver-3': dpmSolver3,
  'dpm-solver-multistep': dpmSolverMultistep,
  'dpm-solver-multistep-sde': dpmSolverMultistepSde,
  'dpm-solver-singlestep': dpmSolverSinglestep,
  'dpm-solver-singlestep-sde': dpmSolverSinglestepSde,
  'dpmpp-2m': dpmpp2m,
  'dpmpp-2m-sde': dpmpp2mSde,
  'dpmpp-2s': dpmpp2s,
  'dpmpp-3m': dpmpp3m,
  'dpmpp-3m-sde': dpmpp3mSde,
  'dpmpp-sde': dpmppSde,
  euler,
  'euler-ancestral': eulerAncestral,
  'euler-maruyama': eulerMaruyama,
  heun,
  lcm,
  'reverse-diffusion': reverseDiffusion,
  rk45,
  tcd,
});

export type SamplerName = keyof typeof samplers.entries;
export {
  annealedLangevin,
  consistency,
  ddim,
  ddimInverse,
  ddpm,
  dpmAdaptive,
  dpmpp2m,
  dpmpp2mSde,
  dpmpp2s,
  dpmpp3m,
  dpmpp3mSde,
  dpmppSde,
  dpmSolver1,
  dpmSolver2,
  dpmSolver3,
  dpmSolverMultistep,
  dpmSolverMultistepSde,
  dpmSolverSinglestep,
  dpmSolverSinglestepSde,
  euler,
  eulerAncestral,
  eulerMaruyama,
  heun,
  lcm,
  reverseDiffusion,
  rk45,
  tcd,
};

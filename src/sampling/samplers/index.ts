import { defineRegistry } from '../../core/registry.js';
import { dpmAdaptive } from './adaptive/dpm-adaptive.js';
import { rk45 } from './adaptive/rk45.js';
import { consistency } from './distilled/consistency.js';
import { lcm } from './distilled/lcm.js';
import { tcd } from './distilled/tcd.js';
import { ddim } from './ode/ddim.js';
import { ddimInverse } from './ode/ddim-inverse.js';
import { deis } from './ode/deis.js';
import { dpmSolver1 } from './ode/dpm-solver-1.js';
import { dpmSolver2 } from './ode/dpm-solver-2.js';
import { dpmSolver3 } from './ode/dpm-solver-3.js';
import { dpmSolverInverse } from './ode/dpm-solver-inverse.js';
import { dpmSolverMultistep } from './ode/dpm-solver-multistep.js';
import { dpmSolverSinglestep } from './ode/dpm-solver-singlestep.js';
import { dpm2 } from './ode/dpm2.js';
import { dpmpp2m } from './ode/dpmpp-2m.js';
import { dpmpp2s } from './ode/dpmpp-2s.js';
import { dpmpp3m } from './ode/dpmpp-3m.js';
import { euler } from './ode/euler.js';
import { heun } from './ode/heun.js';
import { ipndm } from './ode/ipndm.js';
import { lms } from './ode/lms.js';
import { pndm } from './ode/pndm.js';
import { unipc } from './ode/unipc.js';
import { annealedLangevin } from './sde/annealed-langevin.js';
import { ddpm } from './sde/ddpm.js';
import { dpmSolverMultistepSde } from './sde/dpm-solver-multistep-sde.js';
import { dpmSolverSinglestepSde } from './sde/dpm-solver-singlestep-sde.js';
import { dpm2Ancestral } from './sde/dpm2-ancestral.js';
import { dpmpp2mSde } from './sde/dpmpp-2m-sde.js';
import { dpmpp3mSde } from './sde/dpmpp-3m-sde.js';
import { dpmppSde } from './sde/dpmpp-sde.js';
import { erSde } from './sde/er-sde.js';
import { eulerAncestral } from './sde/euler-ancestral.js';
import { eulerMaruyama } from './sde/euler-maruyama.js';
import { reverseDiffusion } from './sde/reverse-diffusion.js';
import { saSolver } from './sde/sa-solver.js';

export const samplers = defineRegistry('sampler', {
  'annealed-langevin': annealedLangevin,
  consistency,
  ddim,
  'ddim-inverse': ddimInverse,
  ddpm,
  deis,
  'dpm-adaptive': dpmAdaptive,
  'dpm-solver-1': dpmSolver1,
  'dpm-solver-2': dpmSolver2,
  'dpm-solver-3': dpmSolver3,
  'dpm-solver-inverse': dpmSolverInverse,
  'dpm-solver-multistep': dpmSolverMultistep,
  'dpm-solver-multistep-sde': dpmSolverMultistepSde,
  'dpm-solver-singlestep': dpmSolverSinglestep,
  'dpm-solver-singlestep-sde': dpmSolverSinglestepSde,
  dpm2,
  'dpm2-ancestral': dpm2Ancestral,
  'dpmpp-2m': dpmpp2m,
  'dpmpp-2m-sde': dpmpp2mSde,
  'dpmpp-2s': dpmpp2s,
  'dpmpp-3m': dpmpp3m,
  'dpmpp-3m-sde': dpmpp3mSde,
  'dpmpp-sde': dpmppSde,
  'er-sde': erSde,
  euler,
  'euler-ancestral': eulerAncestral,
  'euler-maruyama': eulerMaruyama,
  heun,
  ipndm,
  lcm,
  lms,
  pndm,
  'reverse-diffusion': reverseDiffusion,
  rk45,
  'sa-solver': saSolver,
  tcd,
  unipc,
});

export type SamplerName = keyof typeof samplers.entries;
export {
  annealedLangevin,
  consistency,
  ddim,
  ddimInverse,
  ddpm,
  deis,
  dpm2,
  dpm2Ancestral,
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
  dpmSolverInverse,
  dpmSolverMultistep,
  dpmSolverMultistepSde,
  dpmSolverSinglestep,
  dpmSolverSinglestepSde,
  erSde,
  euler,
  eulerAncestral,
  eulerMaruyama,
  heun,
  ipndm,
  lcm,
  lms,
  pndm,
  reverseDiffusion,
  rk45,
  saSolver,
  tcd,
  unipc,
};

import { defineRegistry } from '../../../core/registry.js';
import { cmStochasticIterativeScheduler } from './cm-stochastic-iterative.js';
import { cosineDpmSolverMultistepScheduler } from './cosine-dpmsolver-multistep.js';
import { ddimScheduler } from './ddim.js';
import { ddimInverseScheduler } from './ddim-inverse.js';
import { ddpmScheduler } from './ddpm.js';
import { deisMultistepScheduler } from './deis-multistep.js';
import { dpmSolverMultistepScheduler } from './dpmsolver-multistep.js';
import { dpmSolverMultistepInverseScheduler } from './dpmsolver-multistep-inverse.js';
import { dpmSolverSdeScheduler } from './dpmsolver-sde.js';
import { dpmSolverSinglestepScheduler } from './dpmsolver-singlestep.js';
import { edmDpmSolverMultistepScheduler } from './edm-dpmsolver-multistep.js';
import { edmEulerScheduler } from './edm-euler.js';
import { eulerScheduler } from './euler.js';
import { eulerAncestralScheduler } from './euler-ancestral.js';
import { flowMatchEulerScheduler } from './flow-match-euler.js';
import { flowMatchHeunScheduler } from './flow-match-heun.js';
import { heunScheduler } from './heun.js';
import { ipndmScheduler } from './ipndm.js';
import { kdpm2Scheduler } from './kdpm2.js';
import { kdpm2AncestralScheduler } from './kdpm2-ancestral.js';
import { lcmScheduler } from './lcm.js';
import { lmsScheduler } from './lms.js';
import { pndmScheduler } from './pndm.js';
import { saSolverScheduler } from './sasolver.js';
import { scoreSdeVeScheduler } from './score-sde-ve.js';
import { tcdScheduler } from './tcd.js';
import { unclipScheduler } from './unclip.js';
import { unipcMultistepScheduler } from './unipc-multistep.js';

/** Under the names that stand in `_class_name`; the parallel variants compute the same steps. */
export const schedulerClasses = defineRegistry('scheduler', {
  CMStochasticIterativeScheduler: cmStochasticIterativeScheduler,
  CosineDPMSolverMultistepScheduler: cosineDpmSolverMultistepScheduler,
  DDIMInverseScheduler: ddimInverseScheduler,
  DDIMParallelScheduler: ddimScheduler,
  DDIMScheduler: ddimScheduler,
  DDPMParallelScheduler: ddpmScheduler,
  DDPMScheduler: ddpmScheduler,
  DEISMultistepScheduler: deisMultistepScheduler,
  DPMSolverMultistepInverseScheduler: dpmSolverMultistepInverseScheduler,
  DPMSolverMultistepScheduler: dpmSolverMultistepScheduler,
  DPMSolverSDEScheduler: dpmSolverSdeScheduler,
  DPMSolverSinglestepScheduler: dpmSolverSinglestepScheduler,
  EDMDPMSolverMultistepScheduler: edmDpmSolverMultistepScheduler,
  EDMEulerScheduler: edmEulerScheduler,
  EulerAncestralDiscreteScheduler: eulerAncestralScheduler,
  EulerDiscreteScheduler: eulerScheduler,
  FlowMatchEulerDiscreteScheduler: flowMatchEulerScheduler,
  FlowMatchHeunDiscreteScheduler: flowMatchHeunScheduler,
  HeunDiscreteScheduler: heunScheduler,
  IPNDMScheduler: ipndmScheduler,
  KDPM2AncestralDiscreteScheduler: kdpm2AncestralScheduler,
  KDPM2DiscreteScheduler: kdpm2Scheduler,
  LCMScheduler: lcmScheduler,
  LMSDiscreteScheduler: lmsScheduler,
  PNDMScheduler: pndmScheduler,
  SASolverScheduler: saSolverScheduler,
  ScoreSdeVeScheduler: scoreSdeVeScheduler,
  TCDScheduler: tcdScheduler,
  UnCLIPScheduler: unclipScheduler,
  UniPCMultistepScheduler: unipcMultistepScheduler,
});

export type SchedulerClassName = keyof typeof schedulerClasses.entries;
export {
  cmStochasticIterativeScheduler,
  cosineDpmSolverMultistepScheduler,
  ddimInverseScheduler,
  ddimScheduler,
  ddpmScheduler,
  deisMultistepScheduler,
  dpmSolverMultistepInverseScheduler,
  dpmSolverMultistepScheduler,
  dpmSolverSdeScheduler,
  dpmSolverSinglestepScheduler,
  edmDpmSolverMultistepScheduler,
  edmEulerScheduler,
  eulerAncestralScheduler,
  eulerScheduler,
  flowMatchEulerScheduler,
  flowMatchHeunScheduler,
  heunScheduler,
  ipndmScheduler,
  kdpm2AncestralScheduler,
  kdpm2Scheduler,
  lcmScheduler,
  lmsScheduler,
  pndmScheduler,
  saSolverScheduler,
  scoreSdeVeScheduler,
  tcdScheduler,
  unclipScheduler,
  unipcMultistepScheduler,
};

export * from './finite-data.js';
export * from './fokker-planck.js';
export * from './forward.js';
export * from './information.js';
export * from './ink.js';
export * from './jump.js';
export {
  type Bell,
  type Mixture,
  mixture,
} from './mixture.js';
export * from './posterior.js';
export * from './predictions.js';
export * from './sde.js';
export * from './variance.js';
export * from './walk.js';

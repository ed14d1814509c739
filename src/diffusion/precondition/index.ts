import { defineRegistry } from '../../core/registry.js';
import { consistencyNetwork } from './consistency-network.js';
import { discreteNetwork } from './discrete-network.js';
import { edmNetwork } from './edm-network.js';
import { explodingNetwork } from './exploding-network.js';
import { iddpmNetwork } from './iddpm-network.js';
import { latentConsistencyNetwork } from './latent-consistency-network.js';
import { straightNetwork } from './straight-network.js';
import { straightReversedNetwork } from './straight-reversed-network.js';
import { veNetwork } from './ve-network.js';
import { vpNetwork } from './vp-network.js';

/** How a denoiser may be made of a network. */
export const preconditions = defineRegistry('precondition', {
  consistency: consistencyNetwork,
  discrete: discreteNetwork,
  edm: edmNetwork,
  exploding: explodingNetwork,
  iddpm: iddpmNetwork,
  'latent-consistency': latentConsistencyNetwork,
  straight: straightNetwork,
  'straight-reversed': straightReversedNetwork,
  ve: veNetwork,
  vp: vpNetwork,
});

export type PreconditionName = keyof typeof preconditions.entries;
export * from './discrete.js';
export * from './network-target.js';
export * from './precondition.js';
export {
  consistencyNetwork,
  discreteNetwork,
  edmNetwork,
  explodingNetwork,
  iddpmNetwork,
  latentConsistencyNetwork,
  straightNetwork,
  straightReversedNetwork,
  veNetwork,
  vpNetwork,
};

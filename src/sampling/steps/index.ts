import { defineRegistry } from '../../core/registry.js';
import { alignYourSteps } from './align-your-steps.js';
import { beta } from './beta.js';
import { consistencySteps } from './consistency.js';
import { crash } from './crash.js';
import { custom } from './custom.js';
import { distilledSteps } from './distilled.js';
import { exponential } from './exponential.js';
import { flowSteps } from './flow.js';
import { geometric } from './geometric.js';
import { karras, karrasSteps } from './karras.js';
import { leading, leadingIndices } from './leading.js';
import { linspace, linspaceIndices } from './linspace.js';
import { logSnrSteps } from './log-snr.js';
import { polyexponential } from './polyexponential.js';
import { trailing, trailingIndices } from './trailing.js';

export const noiseSteps = defineRegistry('steps', {
  'align-your-steps': alignYourSteps,
  beta,
  consistency: consistencySteps,
  crash,
  custom,
  distilled: distilledSteps,
  exponential,
  flow: flowSteps,
  geometric,
  karras,
  leading,
  linspace,
  'log-snr': logSnrSteps,
  polyexponential,
  trailing,
});

export type StepsName = keyof typeof noiseSteps.entries;
export type { KarrasOptions } from './karras.js';
export {
  alignYourSteps,
  beta,
  consistencySteps,
  crash,
  custom,
  distilledSteps,
  exponential,
  flowSteps,
  geometric,
  karras,
  karrasSteps,
  leading,
  leadingIndices,
  linspace,
  linspaceIndices,
  logSnrSteps,
  polyexponential,
  trailing,
  trailingIndices,
};

import { defineRegistry } from '../core/registry.js';
import { classAccuracy } from './classes/class-accuracy.js';
import { nllOde } from './likelihood/nll-ode.js';
import { nllVlb } from './likelihood/nll-vlb.js';
import { energyDistance } from './points/energy-distance.js';
import { mmd } from './points/mmd.js';
import { slicedWasserstein } from './points/sliced-wasserstein.js';
import { densityCoverage } from './sets/density-coverage.js';
import { fid } from './sets/fid.js';
import { kid } from './sets/kid.js';
import { precisionRecall } from './sets/precision-recall.js';

/** Every metric by name. */
export const metrics = defineRegistry('metric', {
  fid,
  kid,
  'precision-recall': precisionRecall,
  'density-coverage': densityCoverage,
  'class-accuracy': classAccuracy,
  'energy-distance': energyDistance,
  'sliced-wasserstein': slicedWasserstein,
  mmd,
  'nll-vlb': nllVlb,
  'nll-ode': nllOde,
});

export type MetricName = keyof typeof metrics.entries;
export * from './likelihood/integrate.js';
export * from './likelihood/likelihood-model.js';
export * from './likelihood/network-model.js';
export * from './metric.js';
export { meanSquaredErrors, psnr } from './pictures/psnr.js';
export type { PicturePairs } from './pictures/same-pictures.js';
export { ssim } from './pictures/ssim.js';
export { worstPixel } from './pictures/worst-pixel.js';
export { energyKernel } from './points/energy-distance.js';
export { gaussianKernel } from './points/mmd.js';
export { wasserstein1d } from './points/sliced-wasserstein.js';
export { type KernelMatrices, kernelMatrices, squaredMmd } from './sets/kernel-distance.js';
export { cubicKernel } from './sets/kid.js';
export { frechetDistance, type Moments, momentsOf, symmetricRoot } from './sets/moments.js';
export { wilson } from './sets/neighbours.js';
export { type PairFunction, pairs } from './sets/pairs.js';
export {
  classAccuracy,
  densityCoverage,
  energyDistance,
  fid,
  kid,
  mmd,
  nllOde,
  nllVlb,
  precisionRecall,
  slicedWasserstein,
};

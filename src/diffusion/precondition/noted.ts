import { ToolkitError } from '../../core/errors.js';
import type { Level } from '../level.js';

/** A c_noise that is a number, or the reason why there is none. */
export function noted(who: string, { alpha, sigma }: Level, cNoise: number): number {
  if (Number.isFinite(cNoise)) return cNoise;
  throw new ToolkitError(
    'bad-level',
    `${who}: this network is told the logarithm of sigma/alpha, which there is not at alpha = ${alpha}, sigma = ${sigma}. ` +
      'Use steps that begin at a finite sigma and end where the last one is clean.',
  );
}

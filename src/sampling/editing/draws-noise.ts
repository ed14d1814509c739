import { key } from '../../core/random.js';
import { numberSpace } from '../../core/space.js';
import type { Grid } from '../../diffusion/grid.js';
import type { Steps } from '../intervals.js';
import type { Sampler } from '../sampler.js';
import { sample } from '../trajectory.js';

export interface DrawsNoiseOptions {
  readonly sampler: Sampler;
  readonly steps: Steps;
  readonly grid?: Grid | undefined;
}

/**
 * Whether a walk draws fresh noise on its way, found by walking it with one number: then no noise at its start leads to a
 * given picture.
 *
 * @example
 * import { ddim, drawsNoise } from 'langevin/sampling';
 * await drawsNoise({ sampler: ddim({ eta: 0.5 }), steps: [2, 1, 0] }); // → true
 */
export async function drawsNoise({ sampler, steps, grid }: DrawsNoiseOptions): Promise<boolean> {
  let drawn = false;
  const gaussian = (): number => {
    drawn = true;
    return 0;
  };
  const denoise = Object.assign(async (x: number) => x / 2, {
    estimate: async (x: number) => ({ denoised: x / 2, variance: 0 }),
  });
  await sample({ denoise, sampler, steps, start: 1, space: { ...numberSpace, gaussian }, key: key(0), grid });
  return drawn;
}

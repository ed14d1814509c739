import { cudaSpace } from './cuda-philox.js';
import type { HostArray } from './host-array.js';
import { defineRegistry } from './registry.js';
import { batchSpace, type Space } from './space.js';
import { torchSpace } from './torch-random.js';

export interface RandomModeOptions {
  readonly seed: number;
  /** Index of the first row of the batch in the whole job. */
  readonly first: number;
}

/**
 * Where the noise of a batch comes from: a stream per picture, which no batch and no order can change; or one generator
 * of torch for the whole batch, seeded anew for every batch with `seed + first`, whose draws follow one another.
 */
export const randomModes = defineRegistry('random mode', {
  philox: ({ first }: RandomModeOptions): Space<HostArray<'float32'>> => batchSpace({ first }),
  'torch-cpu': ({ seed, first }: RandomModeOptions): Space<HostArray<'float32'>> => torchSpace(seed + first),
  'cuda-philox': ({ seed, first }: RandomModeOptions): Space<HostArray<'float32'>> => cudaSpace({ seed: seed + first }),
});

export type RandomMode = keyof typeof randomModes.entries;

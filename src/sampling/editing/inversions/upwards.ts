import type { Steps } from '../../intervals.js';
import type { Sampler } from '../../sampler.js';
import { trajectory } from '../../trajectory.js';
import type { Found, InversionFrame, UpwardTask } from './inversion.js';

export interface Upwards {
  /** A sampler whose direction is up. */
  readonly sampler: Sampler;
  /** The steps of the walk back, reversed. */
  readonly steps: Steps;
}

/** The inversions that are a walk up by a sampler. */
export async function* upwards<X>(
  { denoise, end, steps: back, space, key, limit, signal }: UpwardTask<X>,
  { sampler, steps }: Upwards,
): AsyncGenerator<InversionFrame<X>, Found<X>, undefined> {
  const walk = trajectory({ denoise, sampler, steps, start: end, space, key, limit, signal });
  const count = back.length;
  let landed: { readonly index: number } | null = null; // a walk tells where its steps start
  for (;;) {
    const { done, value } = await walk.next();
    const x = done ? value : value.x;
    if (landed) yield { index: landed.index, count, level: back[count - 1 - landed.index]!.from, x, solved: null };
    if (done) return { start: x };
    landed = value;
  }
}

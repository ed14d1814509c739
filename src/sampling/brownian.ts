import { fold, type Key } from '../core/random.js';
import type { Space } from '../core/space.js';
import type { Level } from '../diffusion/level.js';

export interface BrownianOptions<X> {
  readonly space: Space<X>;
  /** Any value of the shape to draw. */
  readonly like: X;
  readonly key: Key;
}

/** Unit Gaussians that depend on the interval alone. */
export function brownian<X>({ space, like, key }: BrownianOptions<X>): (a: Level, b: Level) => X {
  return (a, b) => space.gaussian(like, fold(key, `${a.alpha / a.sigma}`, `${b.alpha / b.sigma}`));
}

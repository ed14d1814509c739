import { defineRegistry } from '../../core/registry.js';
import { checkerboard } from './checkerboard.js';
import { gaussians } from './gaussians.js';
import { letters } from './letters.js';
import { moons } from './moons.js';
import type { PointSet } from './point-set.js';
import { svg } from './svg.js';
import { swissroll } from './swissroll.js';

export type { Draws, Point, PointSet, Sampler as PointSampler } from './point-set.js';

/** Every distribution in the plane, by the name that stands behind `2d:`. */
export const pointSets = defineRegistry<
  Readonly<Record<'swissroll' | 'moons' | 'checkerboard' | 'gaussians' | 'letters' | 'svg', PointSet>>
>('2d data set', { swissroll, moons, checkerboard, gaussians, letters, svg });

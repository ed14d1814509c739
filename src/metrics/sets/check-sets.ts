import { show, ToolkitError } from '../../core/errors.js';
import type { HostArray } from '../../core/host-array.js';
import { isFiniteValue } from '../../core/values.js';
import type { Sets } from '../metric.js';

/** One sentence for two sets that cannot be compared. `least` is the smallest number of vectors that makes sense. */
export function checkSets(owner: string, { reference, samples }: Pick<Sets, 'reference' | 'samples'>, least = 2): void {
  const fail = (sentence: string): never => {
    throw new ToolkitError('bad-sets', `${owner}: ${sentence}`);
  };
  for (const [name, { shape }] of Object.entries({ reference, samples })) {
    if (shape.length !== 2 || shape[1] === 0) fail(`${name} must be [N, D], got shape ${show(shape)}.`);
    if (shape[0]! < least) fail(`${name} needs at least ${least} vectors, got ${shape[0]}. Give it more samples.`);
  }
  if (reference.shape[1] !== samples.shape[1]) {
    fail(`reference has vectors of length ${reference.shape[1]} and samples of length ${samples.shape[1]}.`);
  }
  for (const [name, set] of Object.entries({ reference, samples })) {
    if (!isFiniteValue(set)) fail(`${name} holds NaN or infinity. Check what made it.`);
  }
}

/** Rows and columns of a set. */
export const sizesOf = (set: HostArray<'float32'>): readonly [rows: number, columns: number] =>
  set.shape as readonly [number, number];

import type { Source } from '../dataset.js';

/** A point in the plane and its class, −1 for none. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly label: number;
}

/** What a point set draws one point from: uniform numbers in [0, 1), the same however many points are drawn. */
export type Draws = Iterable<number>;

/** A point set made ready: one function from draws to a point. */
export interface Sampler {
  readonly classes: readonly string[] | null;
  /** The noise that suits these points, where it depends on what was asked for. */
  readonly noise?: number;
  readonly draw: (u: Draws) => Point;
}

/** A distribution in the plane that can be drawn from, inside [−1, 1]². */
export interface PointSet {
  readonly name: string;
  readonly summary: string;
  /** How it is asked for behind `2d:`. */
  readonly usage: string;
  /** What stands behind the second colon unless told; null where nothing may stand there. */
  readonly argument: string | null;
  /** Standard deviation of the Gaussian noise around what is drawn, unless told. */
  readonly noise: number;
  /** Where the points come from, for the model card; made by a formula unless told. */
  readonly source?: (argument: string) => Source;
  prepare(argument: string): Sampler | Promise<Sampler>;
}

export const definePointSet = (definition: PointSet): PointSet => Object.freeze(definition);

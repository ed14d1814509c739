import type { Range, Scale } from './scale.js';

/** What a mark is drawn on. */
export interface Canvas {
  readonly x: Scale;
  readonly y: Scale;
}

/** A line of the legend: a name beside what it looks like. */
export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  readonly look: 'line' | 'dash' | 'dot' | 'area';
}

/** Something drawn from data: where it lies, and how it is drawn once the axes are known. */
export interface Mark {
  /** The data it needs to show, or null where it takes what the others need. */
  readonly x: Range | null;
  readonly y: Range | null;
  readonly legend: readonly LegendEntry[];
  /** Whether the axes need no room around it, as around points. */
  readonly fills?: boolean;
  readonly draw: (canvas: Canvas) => string;
}

/** Points in the plane, one after the other: x₀, y₀, x₁, y₁, … */
export type Pairs = ArrayLike<number>;

/** The x or the y of pairs. */
export function* axisOf(pairs: Pairs, axis: 0 | 1): Generator<number> {
  for (let i = axis; i < pairs.length; i += 2) yield pairs[i]!;
}

export const isPlace = (x: number | undefined, y: number | undefined): boolean =>
  Number.isFinite(x) && Number.isFinite(y);

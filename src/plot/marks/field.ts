import type { Range } from '../scale.js';

/** Numbers on an even grid: row 0 at the low end of y, column 0 at the low end of x, each in the middle of its cell. */
export interface FieldGrid {
  readonly x: Range;
  readonly y: Range;
  readonly columns: number;
  readonly rows: number;
  /** `rows` × `columns`, row by row. */
  readonly values: ArrayLike<number>;
}

export type GridPlaces = Omit<FieldGrid, 'values'>;

/** The middle of every cell as pairs, row by row. */
export function gridPlaces({ x, y, columns, rows }: GridPlaces): Float64Array {
  const out = new Float64Array(2 * columns * rows);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const at = 2 * (r * columns + c);
      out[at] = x[0] + ((c + 0.5) / columns) * (x[1] - x[0]);
      out[at + 1] = y[0] + ((r + 0.5) / rows) * (y[1] - y[0]);
    }
  }
  return out;
}

/** A function sampled in the middle of every cell. */
export function gridOf(places: GridPlaces, f: (x: number, y: number) => number): FieldGrid {
  const at = gridPlaces(places);
  return { ...places, values: Float64Array.from({ length: at.length / 2 }, (_, i) => f(at[2 * i]!, at[2 * i + 1]!)) };
}

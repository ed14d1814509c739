import type { Mark } from '../mark.js';
import { extentOf } from '../scale.js';
import { element, fixed } from '../svg.js';
import type { FieldGrid } from './field.js';

export interface ContoursOptions {
  readonly field: FieldGrid;
  /** Values to draw lines at; six evenly between the least and the most unless told. */
  readonly levels?: readonly number[];
  readonly colour?: string;
  readonly width?: number;
  readonly opacity?: number;
  readonly label?: string;
}

/** Lines of equal value on a grid, by marching squares with straight interpolation. Lorensen & Cline 1987, in the plane. */
export function contours({
  field,
  colour = '#ffffff',
  width = 1,
  opacity = 0.7,
  label,
  ...rest
}: ContoursOptions): Mark {
  const [low, high] = extentOf(Array.from(field.values)) ?? [0, 1];
  const levels = rest.levels ?? Array.from({ length: 6 }, (_, i) => low + ((i + 1) / 7) * (high - low));
  return {
    x: field.x,
    y: field.y,
    legend: label === undefined ? [] : [{ label, colour, look: 'line' }],
    fills: true,
    draw({ x, y }) {
      const d = levels
        .flatMap((level) => contourSegments(field, level))
        .map(([a, b, c, e]) => `M${fixed(x(a))} ${fixed(y(b))}L${fixed(x(c))} ${fixed(y(e))}`);
      if (d.length === 0) return '';
      const look = { fill: 'none', stroke: colour, 'stroke-width': width, 'stroke-opacity': opacity };
      return element('path', { ...look, 'stroke-linecap': 'round', d: d.join('') });
    },
  };
}

type Segment = readonly [x: number, y: number, x2: number, y2: number];

/** The pieces of the line where the field has the value `level`, in units of the data. */
export function contourSegments({ x, y, columns, rows, values }: FieldGrid, level: number): readonly Segment[] {
  const placeX = (c: number): number => x[0] + ((c + 0.5) / columns) * (x[1] - x[0]);
  const placeY = (r: number): number => y[0] + ((r + 0.5) / rows) * (y[1] - y[0]);
  const at = (c: number, r: number): number => values[r * columns + c]!;
  const segments: Segment[] = [];
  for (let r = 0; r + 1 < rows; r++) {
    for (let c = 0; c + 1 < columns; c++) {
      const corners = [at(c, r), at(c + 1, r), at(c + 1, r + 1), at(c, r + 1)] as const;
      if (!corners.every(Number.isFinite)) continue;
      const cut = (from: number, to: number): number => (level - from) / (to - from);
      const crossings: (readonly [number, number])[] = [];
      const [a, b, d, e] = corners;
      if (a > level !== b > level) crossings.push([placeX(c + cut(a, b)), placeY(r)]);
      if (b > level !== d > level) crossings.push([placeX(c + 1), placeY(r + cut(b, d))]);
      if (e > level !== d > level) crossings.push([placeX(c + cut(e, d)), placeY(r + 1)]);
      if (a > level !== e > level) crossings.push([placeX(c), placeY(r + cut(a, e))]);
      if (crossings.length === 2) segments.push([...crossings[0]!, ...crossings[1]!]);
      if (crossings.length === 4) {
        // A saddle: the mean of the corners says which sides belong together.
        const [south, east, north, west] = crossings as unknown as readonly (readonly [number, number])[];
        const isAbove = (a + b + d + e) / 4 > level;
        const pairs =
          isAbove === a > level
            ? [
                [south, east],
                [north, west],
              ]
            : [
                [south, west],
                [north, east],
              ];
        for (const [one, two] of pairs) segments.push([...one!, ...two!]);
      }
    }
  }
  return segments;
}

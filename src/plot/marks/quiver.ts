import { axisOf, isPlace, type Mark, type Pairs } from '../mark.js';
import { extentOf } from '../scale.js';
import { element, fixed } from '../svg.js';

export interface QuiverOptions {
  /** Where arrows start. */
  readonly at: Pairs;
  /** Where they point to, in units of the data. */
  readonly vectors: Pairs;
  /** Length of the longest arrow in units of the data; longer vectors are drawn shorter, by one factor for all. */
  readonly longest: number;
  /** A colour for each arrow by its length in [0, 1] of the longest, or one for all. */
  readonly colour?: string | ((length: number) => string);
  readonly label?: string;
}

/** A vector field as arrows. Their lengths grow with the root of the vectors, so that small ones can still be seen. */
export function quiver({ at, vectors, longest, colour = 'currentColor', label }: QuiverOptions): Mark {
  const sizes = Array.from({ length: at.length / 2 }, (_, i) => Math.hypot(vectors[2 * i]!, vectors[2 * i + 1]!));
  const most = Math.max(1e-300, ...sizes.filter(Number.isFinite));
  const legend = label === undefined || typeof colour !== 'string' ? [] : [{ label, colour, look: 'line' as const }];
  return {
    x: extentOf(axisOf(at, 0)),
    y: extentOf(axisOf(at, 1)),
    legend,
    draw({ x, y }) {
      const arrows = sizes.flatMap((size, i) => {
        const [u, v] = [at[2 * i], at[2 * i + 1]];
        if (!isPlace(u, v) || !(size > 0 && Number.isFinite(size))) return [];
        const part = Math.sqrt(size / most);
        const [dx, dy] = [vectors[2 * i]!, vectors[2 * i + 1]!].map((d) => (d / size) * part * longest) as [
          number,
          number,
        ];
        const [tail, head] = [
          [x(u!), y(v!)],
          [x(u! + dx), y(v! + dy)],
        ] as const;
        const d = arrow(tail, head);
        return d === ''
          ? []
          : [element('path', { d, stroke: typeof colour === 'string' ? null : colour(size / most) })];
      });
      if (arrows.length === 0) return '';
      return element(
        'g',
        {
          fill: 'none',
          stroke: typeof colour === 'string' ? colour : null,
          'stroke-width': 1.4,
          'stroke-linecap': 'round',
          'stroke-linejoin': 'round',
        },
        arrows.join(''),
      );
    },
  };
}

type Place = readonly [x: number, y: number];

/** A shaft with two barbs. Vanishing arrows are left out. */
function arrow([ax, ay]: Place, [bx, by]: Place): string {
  const length = Math.hypot(bx - ax, by - ay);
  if (length < 0.5) return '';
  const barb = Math.min(5, 0.4 * length);
  const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
  const end = (side: number): string =>
    `${fixed(bx - barb * (ux + 0.5 * side * uy))} ${fixed(by - barb * (uy - 0.5 * side * ux))}`;
  return `M${fixed(ax)} ${fixed(ay)}L${fixed(bx)} ${fixed(by)}M${end(1)}L${fixed(bx)} ${fixed(by)}L${end(-1)}`;
}

import { category } from '../colours.js';
import { axisOf, isPlace, type Mark, type Pairs } from '../mark.js';
import { extentOf } from '../scale.js';
import { element, fixed } from '../svg.js';

export interface ScatterOptions {
  readonly points: Pairs;
  readonly colour?: string;
  /** Diameter in pixels; smaller for many points unless told. */
  readonly size?: number;
  /** 0 to 1; fainter for many points unless told. */
  readonly opacity?: number;
  readonly label?: string;
}

/**
 * Points as dots. Many of them are small and faint, so that density can be seen.
 *
 * @example
 * import { plot, scatter } from 'langevin/plot';
 * plot({ marks: [scatter({ points: [0, 0, 1, 2] })] }).startsWith('<svg'); // → true
 */
export function scatter({ points, colour = category(0), label, ...look }: ScatterOptions): Mark {
  const count = points.length / 2;
  const size = look.size ?? (count > 4000 ? 2.2 : count > 1000 ? 2.8 : count > 200 ? 4 : 6);
  const opacity = look.opacity ?? (count > 4000 ? 0.45 : count > 1000 ? 0.55 : 0.8);
  return {
    x: extentOf(axisOf(points, 0)),
    y: extentOf(axisOf(points, 1)),
    legend: label === undefined ? [] : [{ label, colour, look: 'dot' }],
    draw({ x, y }) {
      let d = ''; // a line of no length with round ends is a dot, and the shortest way to write one
      for (let i = 0; i + 1 < points.length; i += 2) {
        if (isPlace(points[i], points[i + 1])) d += `M${fixed(x(points[i]!))} ${fixed(y(points[i + 1]!))}h0`;
      }
      if (d === '') return '';
      // Dots apart from each other: overlapping ones within one path would not add up.
      return element(
        'g',
        { fill: 'none', stroke: colour, 'stroke-width': size, 'stroke-linecap': 'round', 'stroke-opacity': opacity },
        opacity < 1
          ? split(d)
              .map((part) => element('path', { d: part }))
              .join('')
          : element('path', { d }),
      );
    },
  };
}

/** One path paints every place once, however many dots lie there; several paths make crowded places darker. */
function split(d: string): readonly string[] {
  const dots = d.split('M').slice(1);
  const parts = Math.min(dots.length, 24);
  return Array.from({ length: parts }, (_, p) =>
    dots.flatMap((dot, i) => (i % parts === p ? [`M${dot}`] : [])).join(''),
  );
}

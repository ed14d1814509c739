import { category } from '../colours.js';
import { axisOf, isPlace, type Mark, type Pairs } from '../mark.js';
import { extentOf, joined, type Range } from '../scale.js';
import { element, fixed } from '../svg.js';

export interface PathsOptions {
  /** The places of each thing, in order. */
  readonly paths: readonly Pairs[];
  readonly colour?: string;
  readonly width?: number;
  readonly opacity?: number;
  /** Marks where paths end: a dot, or an open ring at the start as well. */
  readonly ends?: 'none' | 'last' | 'both';
  readonly label?: string;
}

/** The ways of things through the plane: trajectories. */
export function paths({ paths: ways, colour = category(0), label, ...look }: PathsOptions): Mark {
  const { width = 1.4, opacity = 0.7, ends = 'last' } = look;
  const over = (axis: 0 | 1): Range | null =>
    ways.reduce<Range | null>((all, way) => joined(all, extentOf(axisOf(way, axis))), null);
  return {
    x: over(0),
    y: over(1),
    legend: label === undefined ? [] : [{ label, colour, look: 'line' }],
    draw({ x, y }) {
      const places = ways.map((way) => {
        const found: string[] = [];
        for (let i = 0; i + 1 < way.length; i += 2) {
          if (isPlace(way[i], way[i + 1])) found.push(`${fixed(x(way[i]!))} ${fixed(y(way[i + 1]!))}`);
        }
        return found;
      });
      const shown = places.filter(({ length }) => length > 0);
      const dots = (at: number): string => shown.map((way) => `M${way.at(at)!}h0`).join('');
      const round = { fill: 'none', stroke: colour, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' };
      return [
        element(
          'g',
          { ...round, 'stroke-width': width, 'stroke-opacity': opacity },
          shown.map((way) => element('path', { d: `M${way.join('L')}` })).join(''),
        ),
        ends === 'both' ? element('path', { ...round, d: dots(0), 'stroke-width': 3, 'stroke-opacity': 0.5 }) : '',
        ends !== 'none' ? element('path', { ...round, d: dots(-1), 'stroke-width': 5 }) : '',
      ].join('');
    },
  };
}

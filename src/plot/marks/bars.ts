import { category } from '../colours.js';
import type { Mark } from '../mark.js';
import { extentOf, joined } from '../scale.js';
import { element, escapeText } from '../svg.js';

export interface BarsOptions {
  /** The edges of the bars along x: one more than values. */
  readonly edges: readonly number[];
  readonly values: readonly number[];
  readonly colour?: string;
  readonly opacity?: number;
  /** Part of the room between edges that a bar fills, and where it begins. */
  readonly fill?: number;
  readonly offset?: number;
  readonly label?: string;
  /** Text that appears over a bar. */
  readonly hint?: (value: number) => string;
}

/** Values between edges as bars from zero. Values that are no numbers have none. */
export function bars({ edges, values, colour = category(0), opacity = 0.85, label, ...rest }: BarsOptions): Mark {
  const { fill = 0.76, offset = (1 - fill) / 2, hint } = rest;
  return {
    x: extentOf(edges),
    y: joined(extentOf(values), [0, 0]),
    legend: label === undefined ? [] : [{ label, colour, look: 'area' }],
    draw({ x, y }) {
      const drawn = values.flatMap((value, i) => {
        if (!Number.isFinite(value)) return [];
        const [left, right] = [x(edges[i]!), x(edges[i + 1]!)];
        const [base, tip] = [y(0), y(value)];
        const box = { x: left + offset * (right - left), y: Math.min(base, tip), width: fill * (right - left) };
        const title = hint ? `<title>${escapeText(hint(value))}</title>` : '';
        return [element('rect', { ...box, height: Math.abs(base - tip), rx: Math.min(2, box.width / 6) }, title)];
      });
      return drawn.length === 0 ? '' : element('g', { fill: colour, 'fill-opacity': opacity }, drawn.join(''));
    },
  };
}

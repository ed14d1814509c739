import type { Mark } from '../mark.js';
import { element, textAt } from '../svg.js';

export interface RuleOptions {
  /** Where the line stands; one of the two. */
  readonly x?: number;
  readonly y?: number;
  /** Written at the end of the line. */
  readonly text?: string;
}

/** A thin line across the whole plot: a value to compare with. */
export function rule({ x: atX, y: atY, text }: RuleOptions): Mark {
  return {
    x: atX === undefined ? null : [atX, atX],
    y: atY === undefined ? null : [atY, atY],
    legend: [],
    draw({ x, y }) {
      const isVertical = atX !== undefined;
      const [x1, x2] = isVertical ? [x(atX), x(atX)] : x.range;
      const [y1, y2] = isVertical ? y.range : [y(atY ?? 0), y(atY ?? 0)];
      const note =
        text === undefined
          ? ''
          : textAt({
              x: isVertical ? x1 + 5 : x2 - 4,
              y: isVertical ? y2 + 14 : y1 - 5,
              anchor: isVertical ? 'start' : 'end',
              kind: 'note',
              text,
            });
      return element('line', { class: 'lp-frame', 'stroke-dasharray': '4 4', x1, x2, y1, y2 }) + note;
    },
  };
}

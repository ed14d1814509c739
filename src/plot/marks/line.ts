import { category } from '../colours.js';
import { isPlace, type Mark } from '../mark.js';
import { extentOf } from '../scale.js';
import { element, fixed } from '../svg.js';

export interface LineOptions {
  readonly x: ArrayLike<number>;
  /** A value that is no number leaves a gap. */
  readonly y: ArrayLike<number>;
  readonly colour?: string;
  readonly width?: number;
  readonly opacity?: number;
  readonly dashed?: boolean;
  readonly label?: string;
}

/** Values over x as a line. */
export function line({ x: xs, y: ys, colour = category(0), label, ...look }: LineOptions): Mark {
  const { width = 2.5, opacity, dashed = false } = look;
  return {
    x: extentOf(Array.from(xs)),
    y: extentOf(Array.from(ys)),
    legend: label === undefined ? [] : [{ label, colour, look: dashed ? 'dash' : 'line' }],
    draw({ x, y }) {
      let [d, isDown] = ['', false];
      for (let i = 0; i < xs.length; i++) {
        if (isPlace(xs[i], ys[i])) d += `${isDown ? 'L' : 'M'}${fixed(x(xs[i]!))} ${fixed(y(ys[i]!))}`;
        isDown = isPlace(xs[i], ys[i]);
      }
      if (d === '') return '';
      return element('path', {
        d,
        fill: 'none',
        stroke: colour,
        'stroke-width': width,
        'stroke-linejoin': 'round',
        'stroke-linecap': 'round',
        'stroke-opacity': opacity,
        'stroke-dasharray': dashed ? '7 5' : null,
      });
    },
  };
}

export interface BandOptions {
  readonly x: ArrayLike<number>;
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  readonly colour?: string;
  readonly opacity?: number;
  readonly label?: string;
}

/** What lies between two lines: an interval over x. Places where a bound is no number are left out. */
export function band({ x: xs, low, high, colour = category(0), opacity = 0.18, label }: BandOptions): Mark {
  const known = Array.from(xs, (_, i) => i).filter((i) => isPlace(xs[i], low[i]) && isPlace(xs[i], high[i]));
  return {
    x: extentOf(Array.from(xs)),
    y: extentOf([...Array.from(low), ...Array.from(high)]),
    legend: label === undefined ? [] : [{ label, colour, look: 'area' }],
    draw({ x, y }) {
      if (known.length === 0) return '';
      const edge = (values: ArrayLike<number>, order: readonly number[]): string =>
        order.map((i) => `${fixed(x(xs[i]!))} ${fixed(y(values[i]!))}`).join('L');
      return element('path', {
        d: `M${edge(high, known)}L${edge(low, [...known].reverse())}Z`,
        fill: colour,
        'fill-opacity': opacity,
      });
    },
  };
}

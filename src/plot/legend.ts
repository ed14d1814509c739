import type { LegendEntry } from './mark.js';
import { element, textAt, textSizes, textWidth } from './svg.js';

const swatch = 24;
const lineHeight = textSizes.label + 9;

interface Placed {
  readonly entry: LegendEntry;
  readonly x: number;
  readonly row: number;
}

/** Entries one beside the other, in as many rows as they need. */
function placed(entries: readonly LegendEntry[], width: number): readonly Placed[] {
  let [x, row] = [0, 0];
  return entries.map((entry) => {
    const wide = swatch + 8 + textWidth(entry.label) + 22;
    if (x > 0 && x + wide - 22 > width) [x, row] = [0, row + 1];
    const at = { entry, x, row };
    x += wide;
    return at;
  });
}

/** How high a legend is at a width. */
export const legendHeight = (entries: readonly LegendEntry[], width: number): number =>
  (Math.max(-1, ...placed(entries, width).map(({ row }) => row)) + 1) * lineHeight + 4;

export interface LegendRoom {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** What the colours mean. */
export const drawLegend = (entries: readonly LegendEntry[], room: LegendRoom): string =>
  placed(entries, room.width)
    .map(({ entry, x, row }) => {
      const [left, middle] = [room.x + x, room.y + row * lineHeight + lineHeight / 2];
      const label = textAt({ x: left + swatch + 8, y: middle + 5, text: entry.label });
      return sample(entry, { left, middle }) + label;
    })
    .join('');

function sample(
  { look, colour }: LegendEntry,
  { left, middle }: { readonly left: number; readonly middle: number },
): string {
  if (look === 'dot') return element('circle', { cx: left + swatch / 2, cy: middle, r: 5, fill: colour });
  if (look === 'area') {
    const box = { x: left + 4, y: middle - 7, width: swatch - 8, height: 14, rx: 2 };
    return element('rect', { ...box, fill: colour, 'fill-opacity': 0.7 });
  }
  return element('line', {
    x1: left,
    x2: left + swatch,
    y1: middle,
    y2: middle,
    stroke: colour,
    'stroke-width': 3,
    'stroke-linecap': 'round',
    'stroke-dasharray': look === 'dash' ? '7 5' : null,
  });
}

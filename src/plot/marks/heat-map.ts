import { type ColourMap, channels, viridis } from '../colours.js';
import type { Mark } from '../mark.js';
import { pngUri } from '../png.js';
import { extentOf, type Range } from '../scale.js';
import { element } from '../svg.js';
import type { FieldGrid } from './field.js';

export interface HeatMapOptions {
  readonly field: FieldGrid;
  /** Values at the two ends of the colours; the least and the most unless told. */
  readonly domain?: Range;
  readonly colours?: ColourMap;
}

/** Numbers on a grid as colours. The picture is inside the drawing and interpolated by whoever shows it. */
export function heatMap({ field, colours = viridis, ...rest }: HeatMapOptions): Mark {
  const { x: across, y: up, columns, rows, values } = field;
  const [low, high] = rest.domain ?? extentOf(Array.from(values)) ?? [0, 1];
  return {
    x: across,
    y: up,
    legend: [],
    fills: true,
    draw({ x, y }) {
      const palette = Array.from({ length: 256 }, (_, i) => channels(colours(i / 255)));
      const pixels = new Uint8Array(columns * rows);
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          const value = values[(rows - 1 - r) * columns + c]!; // pictures begin at the top
          const t = high > low && Number.isFinite(value) ? (value - low) / (high - low) : value === Infinity ? 1 : 0;
          pixels[r * columns + c] = Math.round(255 * Math.min(1, Math.max(0, t)));
        }
      }
      const [left, right, bottom, top] = [x(across[0]), x(across[1]), y(up[0]), y(up[1])];
      return element('image', {
        x: left,
        y: top,
        width: right - left,
        height: bottom - top,
        preserveAspectRatio: 'none',
        href: pngUri({ width: columns, height: rows, palette, pixels }),
      });
    },
  };
}

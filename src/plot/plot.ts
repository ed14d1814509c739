import { type ColourMap, themes, viridis } from './colours.js';
import { drawLegend, legendHeight } from './legend.js';
import type { LegendEntry, Mark } from './mark.js';
import { joined, type Range, type Scale, scale, ticks, tickText } from './scale.js';
import { element, escapeText, fixed, textAt, textSizes, textWidth } from './svg.js';

export interface Axis {
  readonly label?: string;
  /** The part of the numbers that is shown; what the data needs unless told. */
  readonly domain?: Range;
  readonly kind?: 'linear' | 'log';
  /** About how many numbers stand along it; 0 for none. */
  readonly ticks?: number;
  /** How its numbers are written. */
  readonly format?: (value: number) => string;
}

export interface ColourBar {
  readonly label: string;
  readonly domain: Range;
  readonly colours?: ColourMap;
}

/** One pair of axes with what is drawn between them. */
export interface PlotOptions {
  readonly marks: readonly Mark[];
  readonly title?: string;
  readonly subtitle?: string;
  readonly x?: Axis;
  readonly y?: Axis;
  /** Whether a unit is as long upwards as across: for the plane. The height follows. */
  readonly equal?: boolean;
  /** Colours of numbers, explained on the right. */
  readonly colourBar?: ColourBar;
  readonly legend?: boolean;
  readonly width?: number;
  /** Of the whole drawing. */
  readonly height?: number;
}

export interface PanelsOptions {
  readonly title?: string;
  readonly subtitle?: string;
  /** Plots in a row. */
  readonly columns?: number;
  readonly width?: number;
  /** Of the inside of every plot, where a unit may differ between the axes. */
  readonly innerHeight?: number;
  readonly colourBar?: ColourBar;
}

const pad = 20;

/**
 * Data as a drawing: an SVG document that is readable on light and on dark ground.
 *
 * @example
 * import { line, plot } from 'langevin/plot';
 * plot({ title: 'Squares', marks: [line({ x: [0, 1, 2], y: [0, 1, 4] })] }).includes('Squares'); // → true
 */
export const plot = ({ title, subtitle, width = 720, height, colourBar, ...one }: PlotOptions): string =>
  panels([one], {
    ...(title !== undefined && { title }),
    ...(subtitle !== undefined && { subtitle }),
    ...(colourBar && { colourBar }),
    ...(height !== undefined && { height }),
    width,
    columns: 1,
  } as PanelsOptions & { readonly height?: number });

/** Several plots as one drawing, in rows, under one title and one legend. */
export function panels(
  plots: readonly PlotOptions[],
  {
    title,
    subtitle,
    width = 960,
    columns = Math.min(3, plots.length),
    innerHeight,
    colourBar,
    ...rest
  }: PanelsOptions & {
    readonly height?: number;
  },
): string {
  const entries = uniqueEntries(plots.filter(({ legend = true }) => legend).flatMap(({ marks }) => marks));
  const inner = width - 2 * pad - (colourBar ? barWidth(colourBar) : 0);
  let top = pad;
  const head: string[] = [];
  if (title !== undefined) {
    head.push(textAt({ x: pad, y: top + textSizes.title - 2, kind: 'title', text: title }));
    top += textSizes.title + 8;
  }
  if (subtitle !== undefined) {
    for (const text of wrapped(subtitle, inner)) {
      head.push(textAt({ x: pad, y: top + textSizes.subtitle - 2, kind: 'subtitle', text }));
      top += textSizes.subtitle + 6;
    }
  }
  if (entries.length > 0) {
    head.push(drawLegend(entries, { x: pad, y: top + 4, width: inner }));
    top += legendHeight(entries, inner) + 4;
  }
  if (plots.length > 1 && head.length > 0) top += 8;
  const gap = 22;
  const cell = (inner - gap * (columns - 1)) / columns;
  const rows = Array.from({ length: Math.ceil(plots.length / columns) }, (_, r) =>
    plots.slice(r * columns, (r + 1) * columns),
  );
  const room = rest.height === undefined ? undefined : rest.height - top - pad;
  const body: string[] = [];
  const first = top;
  for (const row of rows) {
    const frames = row.map((one) => frameOf(one, { cell, room, innerHeight, isTitled: plots.length > 1 }));
    const tallest = Math.max(...frames.map(({ height }) => height));
    for (const [i, frame] of frames.entries()) body.push(drawFrame(frame, { left: pad + i * (cell + gap), top }));
    top += tallest + 10;
  }
  const height = Math.round(top - 10 + pad);
  const bar = colourBar
    ? drawBar(colourBar, { x: width - pad - barWidth(colourBar) + 18, y: first + 24, height: top - first - 74 })
    : '';
  return documentOf({ width, height, title: title ?? 'Plot', content: [...head, ...body, bar].join('\n') });
}

function uniqueEntries(marks: readonly Mark[]): readonly LegendEntry[] {
  const all = marks.flatMap(({ legend }) => legend);
  return all.filter((entry, i) => all.findIndex(({ label }) => label === entry.label) === i);
}

interface Frame {
  readonly options: PlotOptions;
  readonly x: { readonly domain: Range; readonly axis: Axis };
  readonly y: { readonly domain: Range; readonly axis: Axis };
  readonly margin: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly inner: { readonly width: number; readonly height: number };
  readonly height: number;
}

interface FrameRoom {
  readonly cell: number;
  readonly room: number | undefined;
  readonly innerHeight: number | undefined;
  readonly isTitled: boolean;
}

function frameOf(options: PlotOptions, { cell, room, innerHeight, isTitled }: FrameRoom): Frame {
  const { marks, x = {}, y = {}, equal = false, title } = options;
  const domains = [
    domainOf(marks, { axis: x, of: 'x' }),
    domainOf(marks, { axis: y, of: 'y', fromZero: false }),
  ] as const;
  const labels = ticksOf(y, domains[1]).map(formatOf(y));
  const left = y.ticks === 0 ? 1 : 10 + Math.max(...labels.map((text) => textWidth(text, 'tick')), 8);
  const margin = {
    left,
    right: 8,
    top: (isTitled && title !== undefined ? 22 : 0) + (y.label === undefined ? 8 : 26),
    bottom: (x.ticks === 0 ? 6 : 22) + (x.label === undefined ? 2 : 22),
  };
  const width = cell - margin.left - margin.right;
  const across = domains[0][1] - domains[0][0];
  const up = domains[1][1] - domains[1][0];
  const free = room === undefined ? (innerHeight ?? Math.min(360, width * 0.6)) : room - margin.top - margin.bottom;
  const height = equal ? (width * up) / across : free;
  return {
    options,
    x: { domain: domains[0], axis: x },
    y: { domain: domains[1], axis: y },
    margin,
    inner: { width, height },
    height: margin.top + height + margin.bottom,
  };
}

interface DomainOptions {
  readonly axis: Axis;
  readonly of: 'x' | 'y';
  readonly fromZero?: boolean;
}

/** What the marks need, with a little room around it. */
function domainOf(marks: readonly Mark[], { axis, of }: DomainOptions): Range {
  if (axis.domain) return axis.domain;
  const needed = marks.reduce<Range | null>((all, mark) => joined(all, mark[of]), null) ?? [0, 1];
  const isFull =
    marks.some(({ fills }) => fills) && marks.every((mark) => mark.fills || inside(mark[of], needed, marks, of));
  const [low, high] = needed;
  if (axis.kind === 'log' && high <= 0) return [0.1, 1]; // nothing here has a logarithm
  if (axis.kind === 'log') {
    const least = Math.max(low, high * 1e-12, Number.MIN_VALUE);
    return least === high ? [least / 2, high * 2] : [least * (least / high) ** 0.03, high * (high / least) ** 0.03];
  }
  if (low === high) return [low - (Math.abs(low) || 1) * 0.5, high + (Math.abs(high) || 1) * 0.5];
  if (isFull || of === 'x') return of === 'x' && !isFull && isCloud(marks) ? widened(low, high) : needed;
  return low === 0 ? [0, high + 0.05 * (high - low)] : widened(low, high);
}

const widened = (low: number, high: number): Range => [low - 0.05 * (high - low), high + 0.05 * (high - low)];

const isCloud = (marks: readonly Mark[]): boolean =>
  marks.some(({ legend }) => legend.some(({ look }) => look === 'dot'));

/** Whether a mark lies within what the filling ones show. */
function inside(range: Range | null, needed: Range, marks: readonly Mark[], of: 'x' | 'y'): boolean {
  const filled = marks.filter(({ fills }) => fills).reduce<Range | null>((all, mark) => joined(all, mark[of]), null);
  return range === null || (filled !== null && filled[0] === needed[0] && filled[1] === needed[1]);
}

const ticksOf = (axis: Axis, domain: Range): readonly number[] =>
  axis.ticks === 0 ? [] : ticks(domain, { count: axis.ticks ?? 5, kind: axis.kind ?? 'linear' });

const formatOf = ({ format }: Axis): ((value: number) => string) => format ?? tickText;

function drawFrame(
  { options, x, y, margin, inner }: Frame,
  { left, top }: { readonly left: number; readonly top: number },
): string {
  const [x0, y0] = [left + margin.left, top + margin.top];
  const [x1, y1] = [x0 + inner.width, y0 + inner.height];
  const across: Scale = scale({ kind: x.axis.kind ?? 'linear', domain: x.domain, range: [x0, x1] });
  const up: Scale = scale({ kind: y.axis.kind ?? 'linear', domain: y.domain, range: [y1, y0] });
  const horizontal = ticksOf(y.axis, y.domain);
  const vertical = ticksOf(x.axis, x.domain);
  const grid = [
    ...horizontal.map((v) => element('line', { class: 'lp-grid', x1: x0, x2: x1, y1: up(v), y2: up(v) })),
    ...vertical.map((v) => element('line', { class: 'lp-grid', x1: across(v), x2: across(v), y1: y0, y2: y1 })),
  ];
  const numbers = [
    ...horizontal.map((v) =>
      textAt({ x: x0 - 7, y: up(v) + 4, anchor: 'end', kind: 'tick', text: formatOf(y.axis)(v) }),
    ),
    ...vertical.map((v) => {
      const text = formatOf(x.axis)(v);
      const half = textWidth(text, 'tick') / 2;
      const middle = Math.min(Math.max(across(v), x0 - margin.left + half), x1 + margin.right + 12 - half);
      return textAt({ x: middle, y: y1 + 17, anchor: 'middle', kind: 'tick', text });
    }),
  ];
  const named = [
    y.axis.label === undefined
      ? ''
      : textAt({ x: y.axis.ticks === 0 ? x0 : left, y: y0 - 10, kind: 'label', text: y.axis.label }),
    x.axis.label === undefined
      ? ''
      : textAt({ x: (x0 + x1) / 2, y: y1 + (x.axis.ticks === 0 ? 20 : 37), anchor: 'middle', text: x.axis.label }),
    options.title === undefined
      ? ''
      : textAt({ x: y.axis.ticks === 0 ? x0 : left, y: top + 14, kind: 'title', text: options.title }).replace(
          'lp-title',
          'lp-panel',
        ),
  ];
  const id = `lp-clip-${[x0, y0, inner.width, inner.height].map((v) => fixed(v).replace('.', '_')).join('-')}`;
  const clip = element('clipPath', { id }, element('rect', { x: x0, y: y0, width: inner.width, height: inner.height }));
  const marks = options.marks.map((mark) => mark.draw({ x: across, y: up })).join('\n');
  return [
    clip,
    ...grid,
    element('g', { 'clip-path': `url(#${id})` }, marks || ' '),
    element('rect', { class: 'lp-frame', x: x0, y: y0, width: inner.width, height: inner.height, fill: 'none' }),
    ...numbers,
    ...named.filter(Boolean),
  ].join('\n');
}

const barWidth = ({ domain, label }: ColourBar): number =>
  42 +
  Math.max(...ticks(domain, { count: 5 }).map((v) => textWidth(tickText(v), 'tick')), textWidth(label, 'tick') - 20);

function drawBar(
  { label, domain, colours = viridis }: ColourBar,
  { x, y, height }: { readonly x: number; readonly y: number; readonly height: number },
): string {
  const place = scale({ domain, range: [y + height, y] });
  const count = 64;
  const steps = Array.from({ length: count }, (_, i) =>
    element('rect', {
      x,
      y: y + height - ((i + 1) / count) * height,
      width: 14,
      height: height / count + 0.6,
      fill: colours((i + 0.5) / count),
    }),
  );
  const numbers = ticks(domain, { count: 5 }).map((v) =>
    textAt({ x: x + 20, y: place(v) + 4, kind: 'tick', text: tickText(v) }),
  );
  return [textAt({ x, y: y - 9, kind: 'tick', text: label }), ...steps, ...numbers].join('');
}

/** A text in lines of at most so many pixels. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, 'subtitle') <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

interface Document {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly content: string;
}

const documentOf = ({ width, height, title, content }: Document): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" class="lp" viewBox="0 0 ${fixed(width)} ${fixed(height)}" ` +
  `width="${fixed(width)}" height="${fixed(height)}" role="img" aria-label="${escapeText(title)}">\n` +
  `<style>${styles}</style>\n<rect class="lp-ground" width="100%" height="100%"/>\n${content}\n</svg>\n`;

const look = ({ ground, ink, soft, grid, frame }: (typeof themes)['light' | 'dark']): string =>
  `.lp{color:${ink}}.lp-ground{fill:${ground}}.lp-grid{stroke:${grid}}.lp-frame{stroke:${frame}}` +
  `.lp-title,.lp-panel,.lp-label{fill:${ink}}.lp-subtitle,.lp-tick,.lp-note{fill:${soft}}`;

const fonts = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue','DejaVu Sans',sans-serif";

const styles =
  `.lp text{${fonts}}.lp .lp-title{font-size:${textSizes.title}px;font-weight:600}.lp .lp-panel{font-size:15px;font-weight:600}` +
  `.lp .lp-subtitle{font-size:${textSizes.subtitle}px}.lp .lp-label{font-size:${textSizes.label}px}` +
  `.lp .lp-tick,.lp .lp-note{font-size:${textSizes.tick}px}${look(themes.light)}` +
  `@media (prefers-color-scheme:dark){${look(themes.dark)}}`;

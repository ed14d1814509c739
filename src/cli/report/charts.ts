import { figure } from '../terminal/format.js';
import { escape } from './html.js';

/** A value at a step. */
export interface Point {
  readonly step: number;
  readonly value: number;
}

export interface LossCurveOptions {
  /** Loss of every step. */
  readonly losses: readonly Point[];
  /** Held-out losses, as dots. */
  readonly heldOut: readonly Point[];
}

const frame = { width: 640, height: 280, left: 56, right: 12, top: 14, bottom: 40 };

/** The loss over the steps as a drawing: every step faint, the running mean strong, held-out values as dots. */
export function lossCurve({ losses, heldOut }: LossCurveOptions): string {
  const smooth = runningMean(losses, Math.max(1, Math.round(losses.length / 40)));
  const shown = [...smooth, ...heldOut].map(({ value }) => value);
  const last = Math.max(1, losses.at(-1)?.step ?? 1);
  const top = niceCeil(Math.max(...shown) * 1.05);
  const x = (step: number): number => frame.left + (step / last) * (frame.width - frame.left - frame.right);
  const y = (value: number): number =>
    frame.top + (1 - Math.min(value, top) / top) * (frame.height - frame.top - frame.bottom);
  const path = (points: readonly Point[]): string =>
    points.map(({ step, value }, i) => `${i === 0 ? 'M' : 'L'}${x(step).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  const levels = [0, 0.25, 0.5, 0.75, 1].map((part) => part * top);
  const steps = [0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(part * last));
  return svg(
    'Training loss by step',
    [
      ...levels.map(
        (value) => rule(y(value)) + label({ x: frame.left - 8, y: y(value) + 4, anchor: 'end', text: figure(value) }),
      ),
      ...steps.map((step) => label({ x: x(step), y: frame.height - 12, anchor: 'middle', text: String(step) })),
      `<path class="raw" d="${path(thinned(losses, 600))}"/>`,
      `<path class="smooth" d="${path(thinned(smooth, 300))}"/>`,
      ...heldOut.map(
        ({ step, value }) => `<circle class="held" cx="${x(step).toFixed(1)}" cy="${y(value).toFixed(1)}" r="5"/>`,
      ),
    ].join('\n'),
  );
}

/** Bars for values along an axis that is named at both ends. */
export function bars(values: readonly number[], ends: readonly [first: string, last: string]): string {
  const top = niceCeil(Math.max(...values));
  const inner = frame.width - frame.left - frame.right;
  const height = frame.height - frame.top - frame.bottom;
  const width = inner / values.length;
  const y = (value: number): number => frame.top + (1 - value / top) * height;
  const drawn = values.map((value, i) => {
    const left = frame.left + i * width + width * 0.12;
    const title = `<title>${figure(value)}</title>`;
    return `<rect x="${left.toFixed(1)}" y="${y(value).toFixed(1)}" width="${(width * 0.76).toFixed(1)}" height="${(frame.top + height - y(value)).toFixed(1)}" rx="3">${title}</rect>`;
  });
  const levels = [0, 0.5, 1].map((part) => part * top);
  return svg(
    'Held-out loss by noise level',
    [
      ...levels.map(
        (value) => rule(y(value)) + label({ x: frame.left - 8, y: y(value) + 4, anchor: 'end', text: figure(value) }),
      ),
      `<g class="bars">${drawn.join('')}</g>`,
      label({ x: frame.left, y: frame.height - 12, anchor: 'start', text: ends[0] }),
      label({ x: frame.width - frame.right, y: frame.height - 12, anchor: 'end', text: ends[1] }),
    ].join('\n'),
  );
}

const svg = (title: string, content: string): string =>
  `<svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${escape(title)}">\n${content}\n</svg>`;

const rule = (y: number): string =>
  `<line class="rule" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}"/>`;

interface Label {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
  readonly text: string;
}

const label = ({ x, y, anchor, text }: Label): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escape(text)}</text>`;

/** The mean of the last `window` values at each point. */
export function runningMean(points: readonly Point[], window: number): Point[] {
  let sum = 0;
  return points.map(({ step, value }, i) => {
    sum += value - (points[i - window]?.value ?? 0);
    return { step, value: sum / Math.min(window, i + 1) };
  });
}

/** About `most` of the points, evenly, the last among them. */
export function thinned(points: readonly Point[], most: number): readonly Point[] {
  const every = Math.ceil(points.length / most);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}

/** The next round number: a few digits that divide well, times a power of ten. */
function niceCeil(value: number): number {
  if (!(value > 0 && Number.isFinite(value))) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10].map((factor) => factor * power).find((nice) => nice >= value)!;
}

import { bars as barMarks, category, line, plot, scatter } from '../../plot/index.js';
import { figure } from '../terminal/format.js';

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

const size = { width: 640, height: 300 };

/** The loss over the steps as a drawing: every step faint, the running mean strong, held-out values as dots. */
export function lossCurve({ losses, heldOut }: LossCurveOptions): string {
  const smooth = runningMean(losses, Math.max(1, Math.round(losses.length / 40)));
  const shown = [...smooth, ...heldOut].map(({ value }) => value);
  const top = Math.max(1e-12, ...shown.filter(Number.isFinite)) * 1.08;
  const last = Math.max(1, losses.at(-1)?.step ?? 1);
  const over = (points: readonly Point[]) => ({
    x: points.map(({ step }) => step),
    y: points.map(({ value }) => value),
  });
  return plot({
    ...size,
    x: { label: 'step', domain: [0, last * 1.015] },
    y: { domain: [0, top] },
    legend: false,
    marks: [
      line({ ...over(thinned(losses, 600)), colour: category(1), width: 1, opacity: 0.3 }),
      line({ ...over(thinned(smooth, 300)), colour: category(1) }),
      scatter({
        points: heldOut.flatMap(({ step, value }) => [step, value]),
        colour: category(2),
        size: 10,
        opacity: 1,
      }),
    ],
  });
}

/** Bars for values along an axis that is named at both ends. */
export function bars(values: readonly number[], ends: readonly [first: string, last: string]): string {
  const edges = values.map((_, i) => i / values.length);
  return plot({
    ...size,
    x: { domain: [0, 1], ticks: 1, format: (u) => (u < 0.5 ? ends[0] : ends[1]) },
    marks: [barMarks({ edges: [...edges, 1], values, colour: category(2), hint: figure })],
  });
}

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

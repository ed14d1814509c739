import type { HostArray } from '../../../core/host-array.js';
import { fold, gaussians, key } from '../../../core/random.js';
import { ink, type Level, type Mixture } from '../../../diffusion/index.js';
import {
  bars,
  category,
  type FieldGrid,
  gridOf,
  heatMap,
  line,
  type PlotOptions as Panel,
  panels,
  scatter,
} from '../../../plot/index.js';
import { usageError } from '../../parse.js';
import { figure } from '../../terminal/format.js';
import { scheduleOf } from '../chosen.js';
import { type Drawing, definePlot, titled } from '../define-plot.js';
import type { PlotOptions } from '../plot-options.js';
import { levelAt, openSubject, type Subject, timesOf } from '../subject.js';
import { walkPoints } from '../walk.js';

/** The square that is shown, and its cells. */
const reach = 1.7;
const cells = 90;

/**
 * Ink in water: how the density of points dissolves into noise over time. Of a distribution the exact density (the
 * solution of the Fokker–Planck equation) with particles that were noised on top; of a model its samples on their way
 * out of the noise, smoothed.
 */
export const density = definePlot({
  name: 'density',
  summary: 'Ink in water: the density over time, exact with particles on it, or of the samples of a model.',
  subjects: '2d:NAME, 1d for a mixture on a line, or a model of points',
  usual: '2d:letters:INK',
  options: ['at', 'schedule', 'count', 'seed', 'steps', 'spacing', 'samplers'],
  async draw({ subjects, options, runtime, out, signal }) {
    if (subjects.length > 1) throw usageError('plot density draws one thing at a time; compare times with --at.');
    const subject = await openSubject(subjects[0]!, { options, runtime, out });
    const times = timesOf(options.at ?? '0,0.04,0.12,0.4');
    if (subject.dim === 1) return onLine(subject, { times, options });
    const drawn = subject.exact
      ? times.map((t) => exactPanel(subject, subject.exact!, { t, count: options.count ?? 700, seed: options.seed }))
      : await sampledPanels(subject, { ...options, signal }, times);
    const svg = panels(drawn, {
      title: titled(options, `Ink in water: ${subject.name}`),
      subtitle: subject.exact
        ? 'Colours: the exact density at that time. Dots: points that were noised, one by one.'
        : `Colours: the density of samples on their way out of the noise, by ${options.samplers}.`,
      columns: Math.min(4, drawn.length),
      width: options.width ?? Math.max(480, 60 + 290 * Math.min(4, drawn.length)),
    });
    return { svg, facts: { subject: subject.name, times, exact: subject.exact !== null } };
  },
});

interface LineOptions {
  readonly times: readonly number[];
  readonly options: PlotOptions;
}

/** On a line three answers lie on top of each other: the closed form, the Fokker–Planck equation solved, particles. */
function onLine({ name, exact }: Subject, { times, options }: LineOptions): Drawing {
  const schedule = scheduleOf(options.schedule);
  const cells = { from: -3, to: 3, count: 120 };
  const edges = Array.from(
    { length: cells.count + 1 },
    (_, i) => cells.from + (i / cells.count) * (cells.to - cells.from),
  );
  const particles = options.count ?? 8000;
  const drawn = times.map((time): Panel => {
    const t = Math.max(time, 1e-3);
    const {
      x,
      exact: closed,
      equation,
      particles: counted,
    } = ink({
      ...{ drop: exact!, schedule, t, cells, particles, key: fold(key(options.seed), 'ink') },
      steps: Math.max(20, Math.round(300 * t)),
    });
    return {
      title: `t = ${figure(time)}`,
      x: { domain: [-2.5, 2.5] },
      marks: [
        bars({
          edges,
          values: [...counted],
          colour: category(5),
          fill: 1,
          opacity: 0.5,
          label: 'particles of the SDE',
        }),
        line({ x, y: closed, colour: category(0), width: 4, opacity: 0.7, label: 'closed form' }),
        line({ x, y: equation, colour: category(1), dashed: true, width: 2, label: 'Fokker–Planck equation' }),
      ],
    };
  });
  const svg = panels(drawn, {
    title: titled(options, `Ink in water: ${name}`),
    subtitle: `The same density three ways, on the ${options.schedule} schedule: ${particles} particles, the equation on ${cells.count} cells, the formula.`,
    columns: Math.min(2, drawn.length),
    width: options.width ?? 960,
    innerHeight: 220,
  });
  return { svg, facts: { subject: name, times, exact: true, particles } };
}

const axis = { domain: [-reach, reach], ticks: 0 } as const;

interface ExactOptions {
  readonly t: number;
  readonly count: number;
  readonly seed: number;
}

/** The density and particles of it: x = α·x₀ + σ·ε with the same x₀ and ε at all times, so that they can be followed. */
function exactPanel(subject: Subject, exact: Mixture, { t, count, seed }: ExactOptions): Panel {
  const level = t === 0 ? { alpha: 1, sigma: 0 } : levelAt(subject, t);
  const clean = Float64Array.from(
    exact.sample({ count, key: fold(key(seed), 'clean') }).flatMap((point) => [...point]),
  );
  const noise = gaussians(fold(key(seed), 'particles'), 2 * count);
  const points = clean.map((x, i) => level.alpha * x + level.sigma * noise[i]!);
  const square = { x: [-reach, reach], y: [-reach, reach], columns: cells, rows: cells } as const;
  return {
    title: `t = ${figure(t)}`,
    equal: true,
    x: axis,
    y: axis,
    marks: [
      underWhite(softened(gridOf(square, (x, y) => exact.density([x, y], level)))),
      scatter({ points, colour: '#ffffff', size: 1.8, opacity: 0.6 }),
    ],
  };
}

/** Colours that leave the brightest ones out, so that white can be seen on them. */
function underWhite(field: ReturnType<typeof softened>) {
  const top = field.values.reduce((most, value) => Math.max(most, value), 0);
  return heatMap({ field, domain: [0, 1.3 * top] });
}

/** The root of a density: what is thin can still be seen beside what is dense. */
const softened = (field: FieldGrid) => ({ ...field, values: Float64Array.from(field.values, Math.sqrt) });

type Sampled = Omit<Parameters<typeof walkPoints>[0], 'subject' | 'sampler' | 'count'> & {
  readonly count: number | null;
  readonly samplers: string;
};

/** Samples of a model at the visited levels nearest to the times, latest time first. */
async function sampledPanels(subject: Subject, options: Sampled, times: readonly number[]): Promise<Panel[]> {
  const { samplers: sampler, count } = options;
  const { places, levels } = await walkPoints({ ...options, subject, sampler, count: count ?? 4000 });
  const timeOf = (level: Level): number =>
    level.sigma === 0 ? 0 : subject.grid.indexOf(level) / (subject.grid.count - 1);
  const visited = levels.map(timeOf);
  return [...times]
    .sort((a, b) => b - a)
    .map((t) => {
      const nearest = visited.reduce(
        (best, time, i) => (Math.abs(time - t) < Math.abs(visited[best]! - t) ? i : best),
        0,
      );
      const field = smoothed(places[nearest]!);
      return { title: `t = ${figure(visited[nearest]!)}`, equal: true, x: axis, y: axis, marks: [heatMap({ field })] };
    });
}

/** A histogram of points, each spread over its neighbourhood by a Gaussian one and a half cells wide. */
function smoothed({ data }: HostArray<'float32'>) {
  const values = new Float64Array(cells * cells);
  const cell = (2 * reach) / cells;
  for (let i = 0; i + 1 < data.length; i += 2) {
    const [u, v] = [(data[i]! + reach) / cell - 0.5, (data[i + 1]! + reach) / cell - 0.5];
    for (let r = Math.round(v) - 4; r <= Math.round(v) + 4; r++) {
      for (let c = Math.round(u) - 4; c <= Math.round(u) + 4; c++) {
        if (r < 0 || c < 0 || r >= cells || c >= cells) continue;
        values[r * cells + c]! += Math.exp(-((c - u) ** 2 + (r - v) ** 2) / (2 * 1.5 ** 2));
      }
    }
  }
  return softened({ x: [-reach, reach], y: [-reach, reach], columns: cells, rows: cells, values });
}

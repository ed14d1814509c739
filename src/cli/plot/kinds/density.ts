import type { HostArray } from '../../../core/host-array.js';
import { fold, gaussians, integers, key } from '../../../core/random.js';
import type { Level } from '../../../diffusion/level.js';
import { type FieldGrid, gridOf, heatMap, type PlotOptions as Panel, panels, scatter } from '../../../plot/index.js';
import { usageError } from '../../parse.js';
import { figure } from '../../terminal/format.js';
import { type Cloud, cloudDensity } from '../cloud.js';
import { definePlot, titled } from '../define-plot.js';
import { levelAt, openSubject, type Subject, timesOf } from '../subject.js';
import { walkPoints } from '../walk.js';

/** The square that is shown, and its cells. */
const reach = 1.7;
const cells = 120;

/**
 * Ink in water: how the density of points dissolves into noise over time. Of a distribution the exact density (the
 * solution of the Fokker–Planck equation) with particles that were noised on top; of a model its samples on their way
 * out of the noise, smoothed.
 */
export const density = definePlot({
  name: 'density',
  summary: 'Ink in water: the density over time, exact with particles on it, or of the samples of a model.',
  subjects: '2d:NAME, or a model of points',
  usual: '2d:letters:INK',
  options: ['at', 'schedule', 'count', 'seed', 'steps', 'spacing', 'samplers'],
  async draw({ subjects, options, runtime, signal }) {
    if (subjects.length > 1) throw usageError('plot density draws one thing at a time; compare times with --at.');
    const subject = await openSubject(subjects[0]!, { options, runtime });
    if (subject.dim !== 2)
      throw usageError(`plot density: ${subject.name} has ${subject.dim} numbers in a point, expected 2.`);
    const times = timesOf(options.at ?? '0,0.04,0.12,0.4');
    const drawn = subject.cloud
      ? times.map((t) => exactPanel(subject, subject.cloud!, { t, count: options.count ?? 700, seed: options.seed }))
      : await sampledPanels(subject, { ...options, signal }, times);
    const svg = panels(drawn, {
      title: titled(options, `Ink in water: ${subject.name}`),
      subtitle: subject.cloud
        ? 'Colours: the exact density at that time. Dots: points that were noised, one by one.'
        : `Colours: the density of samples on their way out of the noise, by ${options.samplers}.`,
      columns: Math.min(4, drawn.length),
      width: options.width ?? Math.max(480, 60 + 290 * Math.min(4, drawn.length)),
    });
    return { svg, facts: { subject: subject.name, times, exact: subject.cloud !== null } };
  },
});

const axis = { domain: [-reach, reach], ticks: 0 } as const;

interface ExactOptions {
  readonly t: number;
  readonly count: number;
  readonly seed: number;
}

/** The density and particles of it: x = α·x₀ + σ·ε with the same x₀ and ε at all times, so that they can be followed. */
function exactPanel(subject: Subject, cloud: Cloud, { t, count, seed }: ExactOptions): Panel {
  const level = t === 0 ? { alpha: 1, sigma: 0 } : levelAt(subject, t);
  const clean = drawn(cloud, count, seed);
  const noise = gaussians(fold(key(seed), 'particles'), 2 * count);
  const points = clean.map((x, i) => level.alpha * x + level.sigma * noise[i]!);
  const square = { x: [-reach, reach], y: [-reach, reach], columns: cells, rows: cells } as const;
  return {
    title: `t = ${figure(t)}`,
    equal: true,
    x: axis,
    y: axis,
    marks: [
      underWhite(softened(gridOf(square, (x, y) => cloudDensity(cloud, level, x, y)))),
      scatter({ points, colour: '#ffffff', size: 1.8, opacity: 0.6 }),
    ],
  };
}

/** Points of a cloud. */
function drawn({ centres, weights, width }: Cloud, count: number, seed: number): Float64Array {
  const which = integers(fold(key(seed), 'centres'), count, weights.length);
  const around = gaussians(fold(key(seed), 'around'), 2 * count);
  return Float64Array.from(
    { length: 2 * count },
    (_, i) => centres[2 * which[i >> 1]! + (i & 1)]! + width * around[i]!,
  );
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

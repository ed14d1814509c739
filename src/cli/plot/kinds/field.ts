import { floats } from '../../../core/host-array.js';
import { gaussians, key } from '../../../core/random.js';
import type { Level } from '../../../diffusion/level.js';
import {
  type GridPlaces,
  gridOf,
  gridPlaces,
  heatMap,
  type PlotOptions as Panel,
  panels,
  quiver,
  scatter,
  viridis,
} from '../../../plot/index.js';
import { usageError } from '../../parse.js';
import { figure } from '../../terminal/format.js';
import { definePlot, titled } from '../define-plot.js';
import { levelAt, openSubject, type Subject, timesOf } from '../subject.js';

const titles = {
  score: 'Score: the direction in which the density grows',
  denoised: 'Denoiser: from every place to the clean value expected there',
  flow: 'Probability flow: where the ODE moves a point on its way to the data',
} as const;

/** Arrows on a grid of 22 × 22 places. */
const across = 22;

/** The vector field of a model or of an exact mixture at several noise levels, on the density or on noised data. */
export const field = definePlot({
  name: 'field',
  summary: 'The score, denoiser or probability flow of points as arrows, at several noise levels.',
  subjects: 'a model of points, or 2d:NAME with its exact denoiser',
  usual: '2d:moons',
  options: ['at', 'show', 'schedule', 'seed'],
  async draw({ subjects, options, runtime, out }) {
    if (subjects.length > 1) throw usageError('plot field draws one thing at a time; compare times with --at.');
    const subject = await openSubject(subjects[0]!, { options, runtime, out });
    if (subject.dim !== 2)
      throw usageError(`plot field: ${subject.name} has ${subject.dim} numbers in a point, expected 2.`);
    const times = timesOf(options.at ?? '0.05,0.15,0.3,0.6');
    const places = (level: Level): GridPlaces => {
      const reach = 1.15 * level.alpha + 2.1 * level.sigma;
      return { x: [-reach, reach], y: [-reach, reach], columns: across, rows: across };
    };
    using opened = await subject.open(across * across);
    const drawn: Panel[] = [];
    for (const t of times) {
      const level = levelAt(subject, t);
      const { alpha, sigma } = level;
      const grid = places(level);
      const at = gridPlaces(grid);
      const { data } = await opened.denoise(floats([across * across, 2], Float32Array.from(at)), level);
      // s = (αD − x)/σ², and along the flow dx ∝ x − D·(…): downhill in σ/α at fixed α it is D − x/α.
      const vectors = at.map((x, i) => {
        if (options.show === 'score') return (alpha * data[i]! - x) / sigma ** 2;
        return options.show === 'denoised' ? data[i]! - x : data[i]! - x / alpha;
      });
      const step = (grid.x[1] - grid.x[0]) / across;
      drawn.push({
        title: `t = ${figure(t)}, σ = ${figure(sigma)}`,
        equal: true,
        x: { domain: grid.x, ticks: 5 },
        y: { domain: grid.y, ticks: 5 },
        marks: [
          ...background(subject, { level, grid, seed: options.seed }),
          quiver({ at, vectors, longest: 1.5 * step, ...look(subject) }),
        ],
      });
    }
    const svg = panels(drawn, {
      title: titled(options, titles[options.show]),
      subtitle: `${subject.name}${subject.exact ? ', exact; colours: the density' : ', as learnt; dots: noised data'}. Longer arrows are longer vectors, by their root.`,
      columns: drawn.length === 4 ? 2 : Math.min(3, drawn.length),
      width: options.width ?? (drawn.length === 1 ? 620 : drawn.length % 3 === 0 ? 1240 : 960),
    });
    return { svg, facts: { subject: subject.name, show: options.show, times } };
  },
});

const look = ({ exact }: Subject) => ({ colour: exact ? '#ffffff' : viridisInk });

/** Dark enough for light ground and light enough for dark: the lower two thirds of the map. */
const viridisInk = (length: number): string => viridis(0.15 + 0.5 * Math.sqrt(length));

interface At {
  readonly level: Level;
  readonly grid: GridPlaces;
  readonly seed: number;
}

/** The density where it is known; otherwise data, noised to the level. */
function background(subject: Subject, { level, grid, seed }: At) {
  const { exact, data } = subject;
  if (exact) {
    const fine = { ...grid, columns: 90, rows: 90 };
    const density = gridOf(fine, (x, y) => exact.density([x, y], level));
    const top = Math.max(...Array.from(density.values));
    return [heatMap({ field: density, domain: [0, 1.3 * top] })]; // white arrows can be seen on what is left
  }
  if (!data) return [];
  const noise = gaussians(key(seed), data.data.length);
  const points = data.data.map((x, i) => level.alpha * x + level.sigma * noise[i]!);
  return [scatter({ points, colour: '#d55e00', size: 2, opacity: 0.5 })];
}

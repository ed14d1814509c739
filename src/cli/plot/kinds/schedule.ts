import type { Schedule } from '../../../diffusion/index.js';
import { category, line, type PlotOptions as Panel, panels } from '../../../plot/index.js';
import { usageError } from '../../parse.js';
import { scheduleOf } from '../chosen.js';
import { definePlot, titled } from '../define-plot.js';

/** Times at which curves are drawn: a little inside the ends, where some are infinite. */
const times = Array.from({ length: 241 }, (_, i) => 0.001 + (0.998 * i) / 240);

/** The middle part of a curve decides how high a panel is: ends may be infinite. */
const middle = times.flatMap((t, i) => (t > 0.03 && t < 0.97 ? [i] : []));

interface Curve {
  readonly title: string;
  readonly of: (schedule: Schedule) => readonly number[];
  /** A second curve of the same colour, dashed. */
  readonly beside?: (schedule: Schedule) => readonly number[];
  readonly log?: true;
}

const over = (f: (t: number) => number): readonly number[] => times.map(f);

const curves: Readonly<Record<string, Curve>> = {
  level: { title: 'signal α and noise σ (dashed)', of: (s) => over(s.alpha), beside: (s) => over(s.sigma) },
  'log-snr': { title: 'log-SNR, ln α²/σ²', of: (s) => over(s.logSnr) },
  beta: { title: 'rate β of losing signal', of: (s) => over(s.beta) },
  snr: { title: 'SNR, α²/σ²', of: (s) => over((t) => Math.exp(s.logSnr(t))), log: true },
};

/** α, σ, log-SNR, β and SNR of one or several schedules over time, data at 0 and noise at 1. */
export const schedule = definePlot({
  name: 'schedule',
  summary: 'How noise grows: signal and noise, log-SNR, rate and SNR of noise schedules over time.',
  subjects: 'names of schedules',
  usual: 'linear,cosine',
  options: ['curves'],
  draw({ subjects, options }) {
    if (subjects.length > 12)
      throw usageError(`plot schedule: at most 12 schedules can be told apart, got ${subjects.length}.`);
    const chosen = subjects.map((name) => ({ name, schedule: scheduleOf(name) }));
    const wanted = options.curves.split(',').map((name) => name.trim());
    const stray = wanted.find((name) => !Object.hasOwn(curves, name));
    if (stray !== undefined) {
      throw usageError(`plot schedule: --curves knows ${Object.keys(curves).join(', ')}, got "${stray}".`);
    }
    const drawn = wanted.map((name): Panel => {
      const { title, of, beside, log } = curves[name]!;
      const rows = chosen.map(({ schedule }) => of(schedule));
      const seen = [...rows, ...(beside ? chosen.map(({ schedule }) => beside(schedule)) : [])];
      return {
        title,
        x: { label: 'time t', domain: [0, 1] },
        y: { domain: rangeOf(seen, log === true), ...(log && { kind: 'log' as const }) },
        marks: chosen.flatMap(({ name, schedule }, i) => [
          line({ x: times, y: rows[i]!, colour: category(i), label: name, dashed: i >= 6 }),
          ...(beside
            ? [line({ x: times, y: beside(schedule), colour: category(i), dashed: true, opacity: 0.75 })]
            : []),
        ]),
      };
    });
    const svg = panels(drawn, {
      title: titled(options, subjects.length === 1 ? `Noise schedule ${subjects[0]}` : 'Noise schedules'),
      subtitle: 'Data at time 0, noise at time 1',
      columns: Math.min(2, drawn.length),
      width: options.width ?? (drawn.length === 1 ? 720 : 960),
      innerHeight: drawn.length === 1 ? 380 : 230,
    });
    return { svg, facts: { schedules: subjects, curves: wanted } };
  },
});

/** The range of the middle parts of curves, within what can be read. */
function rangeOf(rows: readonly (readonly number[])[], log: boolean): readonly [number, number] {
  const values = rows.flatMap((row) => middle.map((i) => row[i]!)).filter(Number.isFinite);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (log) return [Math.max(low, 1e-6) / 1.5, Math.min(high, 1e6) * 1.5];
  if (low >= 0) return [0, high > 0 ? high * 1.06 : 1];
  return [low - 0.06 * (high - low), high + 0.06 * (high - low)];
}

import { grid, logSnr } from '../../../diffusion/index.js';
import { category, line, panels, scatter } from '../../../plot/index.js';
import { intervals, type NoiseSteps, noiseSteps } from '../../../sampling/index.js';
import { usageError } from '../../parse.js';
import { scheduleOf, stepsOf } from '../chosen.js';
import { definePlot, titled } from '../define-plot.js';

/** Which noise levels are visited: log-SNR and σ/α of every step's start, for several ways to choose them. */
export const steps = definePlot({
  name: 'steps',
  summary: 'Which noise levels are visited: log-SNR and sigma/alpha of every step, for several choices.',
  subjects: 'names of noise-level grids',
  usual: 'trailing,karras',
  options: ['steps', 'schedule'],
  draw({ subjects, options }) {
    if (subjects.length > 6)
      throw usageError(`plot steps: at most 6 choices can be told apart, got ${subjects.length}.`);
    const training = grid({ schedule: scheduleOf(options.schedule) });
    const rows = subjects.map((name) => {
      const { name: which, options: own } = stepsOf(name);
      const choose = noiseSteps.get(which) as (options?: object) => NoiseSteps;
      const levels = intervals(choose(own).levels({ count: options.steps, grid: training })).map(({ from }) => from);
      return { name, ratios: levels.map(({ alpha, sigma }) => sigma / alpha), logSnrs: levels.map(logSnr) };
    });
    const marks = (key: 'ratios' | 'logSnrs') =>
      rows.flatMap(({ name, [key]: values }, i) => {
        const numbers = values.map((_, k) => k + 1);
        const places = values.flatMap((value, k) => [k + 1, value]);
        return [
          line({ x: numbers, y: values, colour: category(i), width: 1.6, opacity: 0.6, label: name }),
          scatter({ points: places, colour: category(i), size: 6, opacity: 1 }),
        ];
      });
    const x = { label: 'step', domain: [0.5, options.steps + 0.5] } as const;
    const svg = panels(
      [
        { title: 'log-SNR where a step starts', x, marks: marks('logSnrs') },
        { title: 'noise ratio σ/α', x, y: { kind: 'log' }, marks: marks('ratios') },
      ],
      {
        title: titled(options, subjects.length === 1 ? `Steps ${subjects[0]}` : 'Noise levels that are visited'),
        subtitle: `${options.steps} steps on the ${options.schedule} schedule of 1000 levels, then the clean end`,
        width: options.width ?? 960,
        innerHeight: 300,
      },
    );
    return { svg, facts: { schedule: options.schedule, steps: rows.map(({ name, ratios }) => ({ name, ratios })) } };
  },
});

import { grid, linear, straight } from '../../../src/diffusion/index.js';
import { category, line, panels, scatter } from '../../../src/plot/index.js';
import { intervals, type NoiseSteps, trailing } from '../../../src/sampling/index.js';
import { grey } from './playground.js';

/** Options without which some grids say nothing. */
export const stepOptions: Readonly<Record<string, object>> = {
  custom: { list: '80, 20, 7, 3, 1.2, 0.5, 0.15, 0.03, 0' },
};

const counts = [6, 12, 24];

/** The levels of three numbers of steps as dots on a line, and σ/α step by step beside trailing steps. */
export function stepsPicture(name: string, create: (options?: object) => NoiseSteps): string {
  const training = grid({ schedule: name === 'flow' ? straight() : linear() });
  const steps = create(stepOptions[name]);
  const ratios = (of: NoiseSteps, count: number): readonly number[] =>
    intervals(of.levels({ count, grid: training })).map(({ from }) => from.sigma / from.alpha);
  const finite = (values: readonly number[]): readonly number[] => values.filter((value) => value < 5e3);
  const rows = counts.map((count) => finite(ratios(steps, count)));
  const all = rows.flat();
  const domain = [Math.max(...all, 100) * 1.6, Math.min(...all, 0.02) / 1.6] as const;
  const label = 'noise ratio σ/α: noise on the left, data on the right';
  const [own, other] = [ratios(steps, 24), ratios(trailing(), 24)];
  const numbers = own.map((_, i) => i + 1);
  const pairs = (values: readonly number[]) => values.flatMap((value, i) => [i + 1, value]);
  return panels(
    [
      {
        title: 'where steps start',
        x: { label, kind: 'log', domain },
        y: { domain: [0.4, 3.6], ticks: 3, format: (v) => `${counts[Math.round(v) - 1] ?? ''} steps` },
        marks: rows.map((row, r) =>
          scatter({ points: row.flatMap((ratio) => [ratio, r + 1]), colour: category(0), size: 7, opacity: 0.9 }),
        ),
      },
      {
        title: '24 of them, one after the other',
        x: { label: 'step' },
        y: { label: 'σ/α', kind: 'log', domain: [domain[1], domain[0]] },
        marks: [
          ...(name === 'trailing'
            ? []
            : [line({ x: other.map((_, i) => i + 1), y: other, colour: grey, width: 2, label: 'trailing' })]),
          line({ x: numbers, y: own, colour: category(0), width: 2, label: name }),
          scatter({ points: pairs(own), colour: category(0), size: 5, opacity: 1 }),
        ],
      },
    ],
    {
      title: name,
      subtitle: `On the ${name === 'flow' ? 'straight' : 'linear'} schedule in 1000 training steps; the clean end comes after the last dot`,
      width: 880,
      innerHeight: 210,
    },
  );
}

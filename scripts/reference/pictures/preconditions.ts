import {
  grid,
  type PreconditionFactory,
  predictions,
  type Schedule,
  straight,
  ve,
} from '../../../src/diffusion/index.js';
import { category, line, panels } from '../../../src/plot/index.js';
import { schedule } from './playground.js';

/** A schedule and a prediction under which a family is at home. */
export const homes: Readonly<
  Record<string, { readonly schedule: () => Schedule; readonly prediction: 'epsilon' | 'flow' | 'score' }>
> = {
  exploding: { schedule: () => ve({ sigmaMin: 0.01, sigmaMax: 100 }), prediction: 'score' },
  straight: { schedule: () => straight(), prediction: 'flow' },
  'straight-reversed': { schedule: () => straight(), prediction: 'flow' },
};

/** The four coefficients over σ at α = 1. */
export function preconditionPicture(name: string, create: PreconditionFactory): string {
  const home = homes[name] ?? { schedule: () => schedule, prediction: 'epsilon' as const };
  const of = create({ grid: grid({ schedule: home.schedule() }), prediction: predictions.get(home.prediction) });
  const sigmas = Array.from({ length: 140 }, (_, i) => 0.01 * 10 ** ((i / 139) * 4));
  const all = sigmas.map((sigma) => of({ alpha: 1, sigma }));
  const x = { label: 'σ at α = 1', kind: 'log' as const };
  const curve = (of: 'cSkip' | 'cOut' | 'cIn', k: number, label: string) =>
    line({ x: sigmas, y: all.map((c) => Math.abs(c[of])), colour: category(k), label });
  return panels(
    [
      {
        title: 'D = c_skip·x + c_out·F(c_in·x): sizes',
        x,
        y: { kind: 'log', domain: [5e-3, 300] },
        marks: [curve('cSkip', 0, 'c_skip'), curve('cOut', 1, '|c_out|'), curve('cIn', 2, 'c_in')],
      },
      {
        title: 'c_noise: what the network is told',
        x,
        marks: [line({ x: sigmas, y: all.map(({ cNoise }) => cNoise), colour: category(3) })],
      },
    ],
    {
      title: name,
      subtitle: `Where the network says ${home.prediction === 'epsilon' ? 'ε or its own' : home.prediction}`,
      width: 880,
      innerHeight: 190,
    },
  );
}

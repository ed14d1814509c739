import { choice, type OptionSpecs, type Resolved, resolve } from '../core/options.js';
import { defineRegistry } from '../core/registry.js';
import type { Grid } from '../diffusion/grid.js';
import { discrete } from '../diffusion/precondition/discrete.js';
import type { Precondition } from '../diffusion/precondition/precondition.js';
import { straight } from '../diffusion/precondition/straight.js';
import type { Prediction } from '../diffusion/processes/predictions.js';

/** What a family of networks may depend on, besides its own options. */
export interface NetworkAt {
  readonly grid: Grid;
  readonly prediction: Prediction;
}

interface Family<S extends OptionSpecs> {
  readonly options: S;
  readonly precondition: (at: NetworkAt, options: Resolved<S>) => Precondition;
}

/** A family of networks by name: its options as plain values, checked, then its coefficients. */
export interface PreconditionFactory<S extends OptionSpecs = OptionSpecs> {
  (at: NetworkAt, options?: Partial<Resolved<S>>): Precondition;
  readonly definition: Family<S> & { readonly name: string };
}

function family<const S extends OptionSpecs>(name: string, definition: Family<S>): PreconditionFactory<S> {
  const create = (at: NetworkAt, given: Partial<Resolved<S>> = {}): Precondition =>
    definition.precondition(at, resolve(name, definition.options, given));
  return Object.freeze(Object.assign(create, { definition: Object.freeze({ name, ...definition }) }));
}

/** How a denoiser may be made of the network of a scheme. */
export const preconditions = defineRegistry('precondition', {
  discrete: family('discrete', {
    options: {
      told: choice(['index', 'log-sigma'], {
        default: 'index',
        help: 'What the network is told: the index of the level, or ln(σ/α)/4.',
      }),
    },
    precondition(at, { told }) {
      const made = discrete(at);
      if (told === 'index') return made;
      return (level) => ({ ...made(level), cNoise: Math.log(level.sigma / level.alpha) / 4 });
    },
  }),
  straight: family('straight', {
    options: {},
    precondition: ({ grid, prediction }) => straight({ prediction, count: grid.count }),
  }),
});

export type PreconditionName = keyof typeof preconditions.entries;

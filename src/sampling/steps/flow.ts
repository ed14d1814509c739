import { ToolkitError } from '../../core/errors.js';
import { choice, number } from '../../core/options.js';
import { cleanLevel, type Level } from '../../diffusion/level.js';
import { betaQuantile } from '../levels/beta-quantile.js';
import { fractions } from '../levels/ratios.js';
import { defineSteps } from '../noise-steps.js';

/**
 * Times of the straight path x = (1 − σ)·clean + σ·noise, evenly spaced and then shifted towards the noise.
 *
 *   σ  = first … last in n (or n + 1) even steps
 *   σ′ = s·σ/(1 + (s − 1)·σ)
 *
 * The shift is the one of a picture with s times the pixels along each side seen at the same resolution: the log-SNR
 * moves by −2·ln s. Esser et al. 2024, arXiv:2403.03206, Equation 23. `terminal` then stretches the levels so that the
 * last one is visited at that σ, and `curve` spaces them anew between the first and the last: the options of the
 * flow-matching schedulers of diffusers.
 */
export const flowSteps = defineSteps({
  name: 'flow',
  options: {
    first: number({ default: 1, min: 0, max: 1, help: 'σ of the noisiest level, before the shift.' }),
    last: number({
      default: null,
      min: 0,
      max: 1,
      help: 'σ of the cleanest level; 1/N of N training steps when not set.',
    }),
    points: choice(['included', 'dropped'], {
      default: 'included',
      help: 'Whether the cleanest of the spaced levels is visited; if not, one more is spaced.',
    }),
    shift: number({ default: 1, min: 1e-3, max: 1e3, help: 'More than 1 puts more levels at much noise.' }),
    terminal: number({
      default: null,
      min: 0,
      max: 0.999,
      help: 'Stretches the levels to end here; as they are when not set.',
    }),
    curve: choice(['linear', 'karras', 'exponential', 'beta'], {
      default: 'linear',
      help: 'How σ is spaced between the first and the last.',
    }),
    most: number({ default: 1, min: 0, max: 1, help: 'Upper bound of σ; a little less than 1 keeps α positive.' }),
    end: choice(['clean', 'last'], {
      default: 'clean',
      help: 'The level after the last: no noise, or the last once more.',
    }),
    told: choice(['exact', 'truncated'], {
      default: 'exact',
      help: 'Whether the network is told N·σ or its whole part.',
    }),
  },
  levels({ count, grid }, { first, last, points, shift, terminal, curve, most, end, told }) {
    if (grid.kind !== 'interpolating') {
      throw new ToolkitError(
        'bad-option',
        `flow: these steps are times of a straight path (alpha + sigma = 1), and the levels of this model are ` +
          `${grid.kind}. Use linspace, trailing or karras.`,
      );
    }
    const spaced = points === 'included' ? count : count + 1;
    const end0 = last ?? 1 / grid.count;
    const shifted = evenly({ first, last: end0, count: spaced })
      .slice(0, count)
      .map((sigma) => (shift * sigma) / (1 + (shift - 1) * sigma));
    const sigmas = spacings[curve](stretched(shifted, terminal)).map((sigma) => Math.min(most, sigma));
    const levels = sigmas.map((sigma): Level => {
      const level = { alpha: 1 - sigma, sigma };
      return told === 'exact' ? level : { ...level, cNoise: Math.trunc(grid.count * sigma) };
    });
    return [...levels, end === 'clean' ? cleanLevel : levels[count - 1]!];
  },
});

/**
 * Even steps, each product as numpy takes it. Those that reach σ = 0 are made as 1 − α: where N·σ is whole, the last bit
 * decides which index it is cut off to, and so it is in diffusers.
 */
function evenly({ first, last, count }: { readonly first: number; readonly last: number; readonly count: number }) {
  const at = (i: number): number => {
    if (i === 0 || count === 1) return first;
    return last === 0 ? 1 - (1 - (count - 1 - i) * (first / (count - 1))) : first + i * ((last - first) / (count - 1));
  };
  return Array.from({ length: count }, (_, i) => at(i));
}

/** 1 − σ scaled so that the last σ is `terminal`. */
function stretched(sigmas: readonly number[], terminal: number | null): readonly number[] {
  if (terminal === null) return sigmas;
  const factor = (1 - sigmas[sigmas.length - 1]!) / (1 - terminal);
  return sigmas.map((sigma) => 1 - (1 - sigma) / factor);
}

type Spacing = (sigmas: readonly number[]) => readonly number[];

/** Levels between the first and the last of a list, in as many steps. */
const between =
  (at: (range: { readonly u: number; readonly hi: number; readonly lo: number }) => number): Spacing =>
  (sigmas) => {
    const [hi, lo] = [sigmas[0]!, sigmas[sigmas.length - 1]!];
    return fractions(sigmas.length).map((u) => at({ u, hi, lo }));
  };

const spacings: Readonly<Record<'linear' | 'karras' | 'exponential' | 'beta', Spacing>> = {
  linear: (sigmas) => sigmas,
  karras: between(({ u, hi, lo }) => (hi ** (1 / 7) + u * (lo ** (1 / 7) - hi ** (1 / 7))) ** 7),
  exponential: between(({ u, hi, lo }) => hi * (lo / hi) ** u),
  beta: between(({ u, hi, lo }) => lo + (hi - lo) * betaQuantile(1 - u, { a: 0.6, b: 0.6 })),
};

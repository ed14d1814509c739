import type { Grid } from '../diffusion/grid.js';
import { type GridConfig, gridFromConfig } from '../diffusion/grid-config.js';
import type { Level } from '../diffusion/level.js';
import { type NetworkAt, type PreconditionName, preconditions } from '../diffusion/precondition/index.js';
import type { Precondition } from '../diffusion/precondition/precondition.js';
import { type Prediction, type PredictionName, predictions } from '../diffusion/processes/predictions.js';
import { intervals, type Steps } from './intervals.js';
import { reversed } from './levels/reversed.js';
import type { Limit } from './limit.js';
import { type LimitName, limits } from './limits/index.js';
import type { NoiseSteps } from './noise-steps.js';
import type { Sampler } from './sampler.js';
import { type SamplerName, samplers } from './samplers/index.js';
import { type StartName, starts } from './start.js';
import { noiseSteps, type StepsName } from './steps/index.js';

/** A registered name with some of its options, as plain JSON. */
export interface Choice<Name extends string> {
  readonly name: Name;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Everything about a model and its sampling but the weights, as plain JSON. */
export interface Scheme {
  /** The levels of training: a chain, or a continuous schedule counted in `count` steps. */
  readonly grid: GridConfig;
  readonly prediction: PredictionName;
  /** How a denoiser is made of the network; unless told by the kind of the levels: `straight` for a path, else `discrete`. */
  readonly precondition?: Choice<PreconditionName>;
  readonly steps: Choice<StepsName>;
  readonly sampler: Choice<SamplerName>;
  readonly limit: Choice<LimitName> | null;
  /** How large the starting noise is; `magnitude` unless told. */
  readonly start?: StartName;
}

/** A scheme with its names looked up and its options checked. */
export interface Assembled {
  readonly grid: Grid;
  readonly prediction: Prediction;
  /** Makes a denoiser of the raw network. */
  readonly precondition: Precondition;
  readonly sampler: Sampler;
  /** The noise levels of a walk of `count` steps. */
  readonly steps: (count: number) => Steps;
  readonly limit: Limit | undefined;
  /** The size of the starting noise at the first level. */
  readonly startScale: (level: Level) => number;
}

/**
 * Builds what a scheme describes.
 *
 * @example
 * import { assemble, intervals } from 'langevin/sampling';
 * const parts = assemble({
 *   grid: { schedule: 'cosine', options: {}, count: 1000, zeroTerminalSnr: false },
 *   prediction: 'v',
 *   steps: { name: 'trailing' },
 *   sampler: { name: 'ddim', options: { eta: 0.5 } },
 *   limit: { name: 'clip' },
 * });
 * intervals(parts.steps(20)).length; // → 20
 */
export function assemble(scheme: Scheme): Assembled {
  const grid = gridFromConfig(scheme.grid);
  const prediction: Prediction = predictions.get(scheme.prediction);
  const sampler = samplers.get(scheme.sampler.name) as (options?: object) => Sampler;
  const steps = noiseSteps.get(scheme.steps.name) as (options?: object) => NoiseSteps;
  const limit = scheme.limit && (limits.get(scheme.limit.name) as (options?: object) => Limit);
  const chosen = steps(scheme.steps.options);
  const rule = sampler(scheme.sampler.options);
  const rounded = (levels: Steps): Steps => inFloat32(levels, scheme.grid.arithmetic);
  const inOrder = rule.direction === 'up' ? reversed : (levels: Steps): Steps => levels;
  return {
    grid,
    prediction,
    precondition: roundedScale(preconditionOf(scheme, { grid, prediction }), scheme.grid.arithmetic),
    sampler: rule,
    steps: (count) => inOrder(rounded(chosen.levels({ count, grid }))),
    limit: limit?.(scheme.limit?.options),
    startScale: starts[scheme.start ?? 'magnitude'],
  };
}

/** The scheme's way to make a denoiser; where steps say what the network is told of a level, it is told that. */
function preconditionOf({ precondition }: Scheme, at: NetworkAt): Precondition {
  const usual: PreconditionName = at.grid.kind === 'interpolating' ? 'straight' : 'discrete';
  const family = preconditions.get(precondition?.name ?? usual) as (at: NetworkAt, options?: object) => Precondition;
  const made = family(at, precondition?.options);
  if ((precondition?.options?.['told'] ?? 'index') !== 'index') return made; // steps speak of indices alone
  return (level) => (level.cNoise === undefined ? made(level) : { ...made(level), cNoise: level.cNoise });
}

/** c_in at α = 1 as torch programs divide: by the rounded root of the rounded σ² + 1. */
function roundedScale(precondition: Precondition, arithmetic: GridConfig['arithmetic']): Precondition {
  if (arithmetic === undefined) return precondition;
  const { fround } = Math;
  return (level) => {
    const made = precondition(level);
    const scale = fround(Math.sqrt(fround(fround(level.sigma ** 2) + 1)));
    return level.alpha === 1 && Math.abs(made.cIn * scale - 1) < 1e-6 ? { ...made, cIn: 1 / scale } : made;
  };
}

/**
 * Levels as torch programs store them: σ at α = 1, σ and then α = 1 − σ on straight paths, and with ratios also
 * α = 1/√((σ/α)² + 1) and σ out of it.
 */
function inFloat32(steps: Steps, arithmetic: GridConfig['arithmetic']): Steps {
  if (arithmetic === undefined) return steps;
  const { fround } = Math;
  const round = (level: Level): Level => {
    if (level.alpha === 1) return { ...level, sigma: fround(level.sigma) };
    const straight = Math.abs(level.alpha + level.sigma - 1) < 1e-12;
    if (arithmetic === 'float32' && straight) return { ...level, ...straightLevel(fround(level.sigma)) };
    if (arithmetic === 'float32') return level;
    const ratio = fround(level.sigma / level.alpha);
    const alpha = fround(1 / fround(Math.sqrt(fround(fround(ratio ** 2) + 1))));
    return { ...level, alpha, sigma: fround(ratio * alpha) };
  };
  return intervals(steps).map(({ from, to, ...rest }) => ({ ...rest, from: round(from), to: round(to) }));
}

const straightLevel = (sigma: number): Level => ({ alpha: Math.fround(1 - sigma), sigma });

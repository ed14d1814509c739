import type { Level } from '../../../diffusion/level.js';
import type { Sampler } from '../../sampler.js';
import { ddim } from '../../samplers/ode/ddim.js';

export interface QualityBoostOptions {
  /** The rule of the rest of the walk. */
  readonly sampler: Sampler;
  /** Whether the step that starts at this level renews the noise: true on [0, t_boost]. */
  readonly boosts: (from: Level) => boolean;
  /** The rule that does; DDIM with η = 1, which is DDPM, unless told. */
  readonly stochastic?: Sampler;
}

/**
 * One sampler for most of the walk and a stochastic one for its end: fresh noise makes up for what an edit lost, and
 * comes too late to change what the picture shows. Kwon et al. 2023, arXiv:2210.10960, Section 3.4.
 */
export function qualityBoost({ sampler, boosts, stochastic = ddim({ eta: 1 }) }: QualityBoostOptions): Sampler {
  return Object.freeze({
    name: sampler.name,
    direction: sampler.direction,
    memory: Math.max(sampler.memory, stochastic.memory),
    options: sampler.options,
    step: <X>(at: Parameters<Sampler['step']>[0]) => {
      const rule = boosts(at.from) ? stochastic : sampler;
      return rule.step({ ...at, history: at.history.slice(0, rule.memory) }) as ReturnType<typeof sampler.step<X>>;
    },
  }) as Sampler;
}

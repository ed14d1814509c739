import { ToolkitError } from '../../core/errors.js';

/** Schedulers of diffusers that are known and not read, and why. */
export const unreadSchedulers: readonly (readonly [classes: string, why: string])[] = [
  [
    'DDPMWuerstchenScheduler',
    'levels of its own, a continuous cosine without a grid, for the two-stage Würstchen pipeline',
  ],
  [
    'CogVideoXDDIMScheduler, CogVideoXDPMScheduler',
    'for one video model; their noise levels are shifted by rules of that model',
  ],
  ['RePaintScheduler', 'jumps back and forth for inpainting: a way to edit and no sampler'],
  ['ScoreSdeVpScheduler, KarrasVeScheduler', 'deprecated by diffusers'],
  [
    'FlowMatchLCMScheduler, FlowMapEulerDiscreteScheduler, LTXEulerAncestralRFScheduler, HeliosScheduler, HeliosDMDScheduler, MiniMaxH3Scheduler',
    'each made for one family of models that cannot be loaded here',
  ],
  ['ConsistencyDecoderScheduler, SCMScheduler', 'made for one model each, whose networks cannot be loaded here'],
  [
    'VQDiffusionScheduler, AmusedScheduler, BlockRefinementScheduler, DiscreteDDIMScheduler, EntropyBoundScheduler',
    'diffusion of discrete tokens: not the mathematics of noised numbers',
  ],
];

/** The error for a scheduler that is known and not read; null for names that diffusers does not have. */
export function unreadError(name: string): ToolkitError | null {
  const why = unreadSchedulers.find(([classes]) => classes.split(', ').includes(name))?.[1];
  if (why === undefined) return null;
  return new ToolkitError(
    'unsupported-scheduler',
    `${name} is not read: ${why}. Use a scheduler of another class, DDIMScheduler for example.`,
  );
}

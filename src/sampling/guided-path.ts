import { ToolkitError } from '../core/errors.js';
import { type OptionSpecs, resolve } from '../core/options.js';
import type { Space } from '../core/space.js';
import { type GuidanceName, guidances } from './guidance/index.js';
import type { GuidanceFactory, GuidedPath, Role, Roles } from './guidance.js';
import type { Landing } from './landing.js';
import { remembered } from './remembered.js';
import type { Denoiser, Estimate, VarianceDenoiser } from './sampler.js';
import type { Choice } from './scheme.js';

export interface GuidedPathOptions<X> {
  /** Guidance by name with its options, from the inside out. */
  readonly choices: readonly Choice<GuidanceName>[];
  /** The denoisers that the chosen ones ask; a `conditional` with `estimate` keeps its variance. */
  readonly roles: Partial<Roles<X>> & Pick<Roles<X>, 'conditional'>;
  readonly space: Space<X>;
}

/**
 * Guidance by name, each around what the ones before it made: that is its `guided`, or its `conditional` where it asks for
 * no other guidance. The result is what `trajectory` takes. Without choices it is the conditional denoiser itself.
 *
 * @example
 * import { batchSpace, floats } from 'langevin/core';
 * import { guidedPath } from 'langevin/sampling';
 * const says = (value) => async (x) => floats(x.shape, [value]);
 * const { denoise, landings } = guidedPath({
 *   choices: [
 *     { name: 'classifier-free', options: { scale: 3 } },
 *     { name: 'interval', options: { low: 0.5 } },
 *   ],
 *   roles: { conditional: says(1), unconditional: says(0.5) },
 *   space: batchSpace(),
 * });
 * (await denoise(floats([1, 1]), { alpha: 0.6, sigma: 0.8 })).data[0]; // → 2
 * (await denoise(floats([1, 1]), { alpha: 0.99, sigma: 0.1 })).data[0]; // → 1
 * landings; // → []
 */
export function guidedPath<X>({ choices, roles: given, space }: GuidedPathOptions<X>): GuidedPath<X> {
  if (choices.length === 0) return { denoise: given.conditional, landings: [] };
  const estimate =
    'estimate' in given.conditional
      ? remembered<X, Estimate<X>>((given.conditional as VarianceDenoiser<X>).estimate)
      : null;
  const conditional: Denoiser<X> = remembered<X>(
    estimate === null ? given.conditional : async (x, level) => (await estimate(x, level)).denoised,
  );
  const roles: Partial<Roles<X>> = {
    ...given,
    conditional,
    ...(given.unconditional && { unconditional: remembered(given.unconditional) }),
  };
  const start: GuidedPath<X> = { denoise: conditional, landings: [] };
  const { denoise, landings } = choices.reduce((path, choice) => around({ path, choice, roles, space }), start);
  if (estimate === null) return { denoise, landings };
  const guided: VarianceDenoiser<X> = Object.assign<Denoiser<X>, Pick<VarianceDenoiser<X>, 'estimate'>>(
    (x, level) => denoise(x, level),
    {
      estimate: async (x, level) => {
        const [denoised, { variance }] = await Promise.all([denoise(x, level), estimate(x, level)]);
        return { denoised, variance };
      },
    },
  );
  return { denoise: guided, landings };
}

interface AroundOptions<X> {
  readonly path: GuidedPath<X>;
  readonly choice: Choice<GuidanceName>;
  readonly roles: Partial<Roles<X>>;
  readonly space: Space<X>;
}

/** One more guidance around a path. */
function around<X>({ path, choice: { name, options = {} }, roles, space }: AroundOptions<X>): GuidedPath<X> {
  const factory = guidances.get(name) as unknown as GuidanceFactory<Role, OptionSpecs>;
  const { definition } = factory;
  const { asks } = definition;
  if (path.landings.length > 0 && !definition.lets) {
    throw new ToolkitError(
      'bad-option',
      `${name} cannot be put around guidance that changes the path (${pathChangers().join(', ')}). Leave one of them out.`,
    );
  }
  const inner = asks.includes('guided') ? { guided: path.denoise } : { conditional: path.denoise };
  const all: Partial<Roles<X>> = { ...roles, ...inner };
  const asked = Object.fromEntries(asks.map((role) => [role, all[role]])) as unknown as Roles<X>;
  const made = factory<X>({ ...asked, space, ...(options as object) } as never);
  const settled = resolve(name, definition.options, options as object);
  const landings = path.landings.map(
    (landing): Landing<X> =>
      (at) =>
        definition.lets!(at.from, settled) ? landing(at) : at.landed,
  );
  return typeof made === 'function'
    ? { denoise: made, landings }
    : { denoise: made.denoise, landings: [...landings, ...made.landings] };
}

const pathChangers = (): readonly string[] =>
  guidances.names.filter((name) => guidances.entries[name].definition.changes === 'path');

import { type OptionSpecs, type Resolved, resolve } from '../core/options.js';
import type { Space } from '../core/space.js';
import type { Denoiser } from './sampler.js';

export interface LimitDefinition<S extends OptionSpecs> {
  readonly name: string;
  readonly options: S;
  apply<X>(at: { readonly denoised: X; readonly space: Space<X> }, options: Resolved<S>): X;
}

/**
 * Keeps estimates of the clean value where clean values can be. Given to `trajectory` beside the denoiser and not folded
 * into it, because a sampler may need the estimate from before (DDIM takes its noise there in diffusers).
 */
export interface Limit {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  apply<X>(denoised: X, space: Space<X>): X;
}

export interface LimitFactory<S extends OptionSpecs = OptionSpecs> {
  (options?: Partial<Resolved<S>>): Limit;
  readonly definition: LimitDefinition<S>;
}

export function defineLimit<const S extends OptionSpecs>(definition: LimitDefinition<S>): LimitFactory<S> {
  const create = (given: Partial<Resolved<S>> = {}): Limit => {
    const options = resolve(definition.name, definition.options, given);
    const apply = <X>(denoised: X, space: Space<X>): X => definition.apply({ denoised, space }, options);
    return Object.freeze({ name: definition.name, options, apply });
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}

export interface LimitedOptions<X> {
  readonly denoise: Denoiser<X>;
  readonly limit: Limit;
  readonly space: Space<X>;
}

/** A denoiser with a limit folded in, for where only a denoiser fits. */
export function limited<X>({ denoise, limit, space }: LimitedOptions<X>): Denoiser<X> {
  return async (x, level) => limit.apply(await denoise(x, level), space);
}

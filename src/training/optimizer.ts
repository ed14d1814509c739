import { type OptionSpecs, type Resolved, resolve } from '../core/options.js';
import type { Tensor } from '../graph/index.js';

/** What an optimiser sees of one flat run of parameters: all tensors are [n], all scalars are []. */
export interface UpdateContext<Scalar extends string, Slot extends string> {
  readonly p: Tensor;
  /** Gradient of the loss, already averaged and clipped. */
  readonly g: Tensor;
  readonly slots: Readonly<Record<Slot, Tensor>>;
  readonly scalars: Readonly<Record<Scalar, Tensor>>;
}

export interface Updated<Slot extends string> {
  readonly p: Tensor;
  readonly slots: Readonly<Record<Slot, Tensor>>;
}

export interface OptimizerDefinition<S extends OptionSpecs, Scalar extends string, Slot extends string> {
  readonly name: string;
  readonly options: S;
  /** State kept per parameter, zero at the start. */
  readonly slots: readonly Slot[];
  /** Numbers that change from step to step (1-based), computed on the host in float64. */
  readonly scalars: (
    at: { readonly step: number; readonly lr: number },
    options: Resolved<S>,
  ) => Record<Scalar, number>;
  /** One step, as graph. */
  readonly update: (at: UpdateContext<Scalar, Slot>, options: Resolved<S>) => Updated<Slot>;
}

/** An optimiser with its options settled. */
export interface Optimizer {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly slots: readonly string[];
  scalars(at: { readonly step: number; readonly lr: number }): Record<string, number>;
  update(at: UpdateContext<string, string>): Updated<string>;
}

export function defineOptimizer<const S extends OptionSpecs, Scalar extends string, Slot extends string>(
  definition: OptimizerDefinition<S, Scalar, Slot>,
) {
  const create = (given?: Partial<Resolved<S>>): Optimizer => {
    const options = resolve(definition.name, definition.options, given);
    return {
      name: definition.name,
      options,
      slots: definition.slots,
      scalars: (at) => definition.scalars(at, options),
      update: (at) => definition.update(at as UpdateContext<Scalar, Slot>, options),
    };
  };
  return Object.assign(create, { definition });
}

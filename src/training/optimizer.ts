import type { Shape } from '../core/host-array.js';
import { type OptionSpecs, type Resolved, resolve } from '../core/options.js';
import type { Tensor } from '../graph/index.js';

/** What an optimiser sees: of elements all tensors are [n], of matrices [K, R, C], and all scalars are []. */
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

/** How an optimiser moves the parameters that it wants to see whole. */
export interface MatrixRule<S extends OptionSpecs, Scalar extends string, Slot extends string> {
  /** Whether a parameter is one of them. */
  readonly takes: (name: string, shape: Shape) => boolean;
  /** The slots that are kept for these. */
  readonly slots: readonly Slot[];
  /** One step of K parameters of one shape, each as a matrix; a convolution [O, I, kh, kw] is the matrix [O, I·kh·kw]. */
  readonly update: (at: UpdateContext<Scalar, Slot>, options: Resolved<S>) => Updated<Slot>;
}

export interface OptimizerDefinition<
  S extends OptionSpecs,
  Scalar extends string,
  Slot extends string,
  Held extends Slot = Slot,
> {
  readonly name: string;
  readonly options: S;
  /** State kept per parameter, zero at the start. */
  readonly slots: readonly Slot[];
  /** Numbers that change from step to step (1-based), computed on the host in float64. */
  readonly scalars: (
    at: { readonly step: number; readonly lr: number },
    options: Resolved<S>,
  ) => Record<Scalar, number>;
  /** One step of all parameters but the matrices, as graph: element by element. */
  readonly update: (at: UpdateContext<Scalar, Slot>, options: Resolved<S>) => Updated<Slot>;
  /** For optimisers to which a weight is more than its elements. */
  readonly matrices?: MatrixRule<S, Scalar, Held>;
}

/** An optimiser with its options settled. */
export interface Optimizer {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly slots: readonly string[];
  scalars(at: { readonly step: number; readonly lr: number }): Record<string, number>;
  update(at: UpdateContext<string, string>): Updated<string>;
  readonly matrices?: {
    readonly slots: readonly string[];
    takes(name: string, shape: Shape): boolean;
    update(at: UpdateContext<string, string>): Updated<string>;
  };
}

export function defineOptimizer<
  const S extends OptionSpecs,
  Scalar extends string,
  Slot extends string,
  Held extends Slot = Slot,
>(definition: OptimizerDefinition<S, Scalar, Slot, Held>) {
  const { matrices } = definition;
  const create = (given?: Partial<Resolved<S>>): Optimizer => {
    const options = resolve(definition.name, definition.options, given);
    return {
      name: definition.name,
      options,
      slots: definition.slots,
      scalars: (at) => definition.scalars(at, options),
      update: (at) => definition.update(at as UpdateContext<Scalar, Slot>, options),
      ...(matrices && {
        matrices: {
          slots: matrices.slots,
          takes: matrices.takes,
          update: (at) => matrices.update(at as UpdateContext<Scalar, Held>, options),
        },
      }),
    };
  };
  return Object.assign(create, { definition });
}

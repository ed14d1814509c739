import type { HostArray, Shape } from '../core/host-array.js';
import type { Tensor } from '../graph/index.js';
import type { Initializer } from './init.js';

/** A parameter that does not exist yet: its shape, and how its first value is drawn. */
export interface ParamSpec {
  readonly kind: 'param';
  readonly shape: Shape;
  readonly init: Initializer;
  /** Stored in checkpoints like every other parameter, but not for an optimiser to change. */
  readonly frozen: boolean;
}

/** Nested objects and arrays of specs; null where a configuration leaves a parameter or a part out. */
export type ParamTree = ParamSpec | null | readonly ParamTree[] | { readonly [name: string]: ParamTree };

/** The same tree with tensors where the specs were. */
export type Bound<P> = [ParamTree] extends [P]
  ? BoundTree
  : P extends ParamSpec
    ? Tensor
    : P extends null
      ? null
      : { readonly [K in keyof P]: Bound<P[K]> };

/** A bound tree of which nothing more is known. */
export type BoundTree = Tensor | null | readonly BoundTree[] | { readonly [name: string]: BoundTree };

/** Parameter specs plus a pure function over them. Specs are free: nothing is allocated until `initialise`. */
export interface Layer<P extends ParamTree, Args extends readonly unknown[], Out> {
  readonly params: P;
  readonly apply: (params: Bound<P>, ...args: Args) => Out;
}

/** A layer whose tree is known only at run time (chosen by a configuration). Call it through `applyPart`. */
export interface Part<Args extends readonly unknown[], Out> {
  readonly params: ParamTree;
  readonly apply: (params: never, ...args: Args) => Out;
}

export function defineLayer<const P extends ParamTree, Args extends readonly unknown[], Out>(
  layer: Layer<P, Args, Out>,
): Layer<P, Args, Out> {
  return Object.freeze(layer);
}

/** Applies a part to the bound form of its own tree: the one place where that match is taken on trust. */
export const applyPart = <Args extends readonly unknown[], Out>(
  part: Part<Args, Out>,
  params: BoundTree,
  ...args: Args
): Out => part.apply(params as never, ...args);

/** One parameter of a layer. */
export const param = (shape: Shape, init: Initializer, { frozen = false } = {}): ParamSpec => ({
  kind: 'param',
  shape,
  init,
  frozen,
});

/** What the conformance suite needs to examine a layer: an instance and its inputs, whose first axis is the batch. */
export interface LayerSample {
  readonly layer: Part<readonly Tensor[], Tensor>;
  readonly inputs: readonly (Shape | HostArray)[];
  readonly output: Shape;
}

export interface SampleShapes {
  readonly inputs: LayerSample['inputs'];
  readonly output: Shape;
}

/** A registry line: the constructor of a layer beside one instance of it to be tested. */
export function layerEntry<Create extends (options: never) => unknown>(
  create: Create,
  options: Parameters<Create>[0],
  shapes: SampleShapes,
): { readonly create: Create; readonly sample: LayerSample } {
  return { create, sample: { layer: create(options) as LayerSample['layer'], ...shapes } };
}

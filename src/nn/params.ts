import { ToolkitError } from '../core/errors.js';
import { floats, type HostArray, type Shape, sizeOf } from '../core/host-array.js';
import { fold, type Key } from '../core/random.js';
import { input, type Tensor } from '../graph/index.js';
import type { Bound, ParamSpec, ParamTree } from './define-layer.js';

/** Numbers by parameter path, in the order of the tree. */
export type ParamValues = ReadonlyMap<string, HostArray<'float32'>>;

const isSpec = (tree: object): tree is ParamSpec => 'kind' in tree && tree.kind === 'param';
const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/**
 * Every parameter with its path, in the order of the tree; array elements are named by index.
 * The path is the name in a checkpoint.
 *
 * @example
 * import { linear, paramEntries } from 'langevin/nn';
 * paramEntries({ to_out: [linear({ inFeatures: 3, outFeatures: 2 }).params] }).map(([path]) => path); // → ['to_out.0.weight', 'to_out.0.bias']
 */
export function paramEntries(tree: ParamTree, path = ''): readonly (readonly [path: string, spec: ParamSpec])[] {
  if (tree === null) return [];
  if (isSpec(tree)) return [[path, tree]];
  return Object.entries(tree).flatMap(([name, child]) => paramEntries(child as ParamTree, join(path, name)));
}

/** How many numbers a tree holds. */
export const countParams = (tree: ParamTree): number =>
  paramEntries(tree).reduce((total, [, { shape }]) => total + sizeOf(shape), 0);

/** Paths and shapes as plain data, for comparing with a checkpoint. */
export const paramShapes = (tree: ParamTree): Readonly<Record<string, Shape>> =>
  Object.fromEntries(paramEntries(tree).map(([path, { shape }]) => [path, shape]));

/** The same tree with a tensor for every spec. */
export function bindParams<P extends ParamTree>(tree: P, bind: (path: string, spec: ParamSpec) => Tensor): Bound<P> {
  const walk = (node: ParamTree, path: string): unknown => {
    if (node === null) return null;
    if (isSpec(node)) return bind(path, node);
    if (Array.isArray(node)) return node.map((child: ParamTree, i) => walk(child, join(path, String(i))));
    return Object.fromEntries(Object.entries(node).map(([name, child]) => [name, walk(child, join(path, name))]));
  };
  return walk(tree, '') as Bound<P>;
}

/** Parameters as graph inputs, named by path: the bound tree, and the tensors by name. */
export interface ParamInputs<P> {
  readonly params: Bound<P>;
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** The names that an optimiser may change: all but the frozen ones. */
  readonly trainable: readonly string[];
}

/** Declares every parameter as a graph input named by its path, behind an optional prefix. */
export function paramInputs<P extends ParamTree>(tree: P, prefix = ''): ParamInputs<P> {
  const tensors = new Map<string, Tensor>();
  const params = bindParams(tree, (path, { shape }) => {
    const tensor = input(prefix + path, shape);
    tensors.set(path, tensor);
    return tensor;
  });
  const trainable = paramEntries(tree).flatMap(([path, { frozen }]) => (frozen ? [] : [path]));
  return { params, tensors, trainable };
}

/** First values of all parameters. Each draws from `fold(key, 'init', path)`, so a new part changes no other. */
export function initialise(tree: ParamTree, key: Key): Map<string, HostArray<'float32'>> {
  return new Map(
    paramEntries(tree).map(([path, { shape, init }]) => [path, floats(shape, init(fold(key, 'init', path), shape))]),
  );
}

/**
 * The parameters whose zeros make every residual branch, and the whole network, start as "add nothing": the output
 * convolution, the second convolution of residual blocks, the output projection of attention, those of an MLP.
 * Ho et al. 2020 (arXiv:2006.11239), reference code; Dhariwal & Nichol 2021 (arXiv:2105.05233), likewise.
 */
export const residualOutputs = /(^|\.)(conv_out|conv2|to_out\.0|proj_out)\.(weight|bias)$/;

/** The same values with zeros wherever the path matches. */
export function zeroInit(values: ParamValues, select: RegExp = residualOutputs): Map<string, HostArray<'float32'>> {
  const chosen = (path: string): boolean => select.test(path);
  if (![...values.keys()].some(chosen)) {
    throw new ToolkitError('bad-option', `zeroInit: no parameter matches ${select}.`);
  }
  return new Map([...values].map(([path, value]) => [path, chosen(path) ? floats(value.shape) : value]));
}

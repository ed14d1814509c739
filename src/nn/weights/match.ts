import { ToolkitError } from '../../core/errors.js';
import type { HostArray } from '../../core/host-array.js';
import { showShape } from '../../graph/index.js';
import type { ParamTree } from '../define-layer.js';
import { paramEntries } from '../params.js';
import type { TensorMap } from './safetensors.js';

/**
 * The parameters of a model out of the tensors of a file, in the order of the tree; or one sentence that names what is
 * missing, what nobody asked for and what has the wrong shape.
 */
export function matchParams(
  tree: ParamTree,
  found: TensorMap,
  { name = 'weights' } = {},
): Map<string, HostArray<'float32'>> {
  const entries = paramEntries(tree);
  const wanted = new Set(entries.map(([path]) => path));
  const missing = entries.filter(([path]) => !found.has(path)).map(([path]) => path);
  const unexpected = [...found.keys()].filter((path) => !wanted.has(path));
  const misshapen = entries.flatMap(([path, { shape }]) => {
    const array = found.get(path);
    if (!array || (array.dtype === 'float32' && array.shape.join() === shape.join())) return [];
    const dtype = array.dtype === 'float32' ? '' : `${array.dtype} `;
    return [`"${path}" is ${dtype}${showShape(array.shape)} instead of ${showShape(shape)}`];
  });
  const complaints = [
    missing.length > 0 && `lacks ${some(missing.map(quote), 'tensor')}`,
    unexpected.length > 0 && `has ${some(unexpected.map(quote), 'tensor')} that nobody asked for`,
    misshapen.length > 0 && `has ${some(misshapen, 'wrong shape')}`,
  ].filter((text) => text !== false);
  if (complaints.length > 0) {
    const remedy = 'Are these the weights of this config?';
    throw new ToolkitError('bad-weights', `${name} ${complaints.join(', and ')}. ${remedy}`);
  }
  return new Map(entries.map(([path]) => [path, found.get(path) as HostArray<'float32'>]));
}

const quote = (path: string): string => `"${path}"`;

/** `2 tensors ("a", "b")`, cut short after five. */
function some(names: readonly string[], noun: string): string {
  const head = names.slice(0, 5).join(', ');
  const more = names.length > 5 ? `, and ${names.length - 5} more` : '';
  return `${names.length} ${noun}${names.length === 1 ? '' : 's'} (${head}${more})`;
}

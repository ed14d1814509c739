import type { HostArray, Shape } from '../../core/host-array.js';
import type { TensorMap } from './safetensors.js';

const renamed: readonly (readonly [old: RegExp, now: string])[] = [
  [/(\battentions\.\d+)\.query\./, '$1.to_q.'],
  [/(\battentions\.\d+)\.key\./, '$1.to_k.'],
  [/(\battentions\.\d+)\.value\./, '$1.to_v.'],
  [/(\battentions\.\d+)\.proj_attn\./, '$1.to_out.0.'],
];
const attentionWeight = /\battentions\.\d+\.to_(q|k|v|out\.0)\.weight$/;

/**
 * Tensors under today's names: attention blocks once called their projections `query`, `key`, `value` and `proj_attn`,
 * and some files store them as 1×1 convolutions [C, C, 1, 1]. Everything else passes unchanged.
 *
 * @example
 * import { modernName } from 'langevin/nn';
 * modernName('mid_block.attentions.0.proj_attn.bias'); // → 'mid_block.attentions.0.to_out.0.bias'
 */
export function modernName(name: string): string {
  return renamed.reduce((sofar, [old, now]) => sofar.replace(old, now), name);
}

/** `modernName` for a whole file, with the weights of attention as matrices. */
export function modernTensors(tensors: TensorMap): TensorMap {
  return new Map(
    [...tensors].map(([old, array]) => {
      const name = modernName(old);
      return [name, attentionWeight.test(name) ? asMatrix(array) : array];
    }),
  );
}

function asMatrix<A extends HostArray>(array: A): A {
  const [rows, columns, ...kernel] = array.shape;
  const squeezable = kernel.length > 0 && kernel.every((n) => n === 1);
  return squeezable ? { ...array, shape: [rows, columns] as Shape } : array;
}

import { silu, type Tensor } from '../../graph/index.js';
import { defineLayer } from '../define-layer.js';
import { linear } from './linear.js';

export interface TimeMlpOptions {
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** W₂·silu(W₁·t): turns waves of the time into the vector that every residual block receives. */
export function timeMlp({ inFeatures, outFeatures }: TimeMlpOptions) {
  const [first, second] = [linear({ inFeatures, outFeatures }), linear({ inFeatures: outFeatures, outFeatures })];
  return defineLayer({
    params: { linear_1: first.params, linear_2: second.params },
    apply: (p, waves: Tensor): Tensor => second.apply(p.linear_2, silu(first.apply(p.linear_1, waves))), // [B, D] → [B, T]
  });
}

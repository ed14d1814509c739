import { gather, type Tensor } from '../../graph/index.js';
import { defineLayer, param } from '../define-layer.js';
import { normal } from '../init.js';

export interface EmbeddingOptions {
  readonly count: number;
  readonly features: number;
}

/** A learned vector for each of `count` whole numbers. */
export function embedding({ count, features }: EmbeddingOptions) {
  return defineLayer({
    params: { weight: param([count, features], normal()) },
    apply: (p, index: Tensor): Tensor => gather(p.weight, index), // int64 [B] → [B, D]
  });
}

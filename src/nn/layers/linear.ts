import { add, matmul, type Tensor } from '../../graph/index.js';
import { defineLayer, param } from '../define-layer.js';
import { kaiming } from '../init.js';

export interface LinearOptions {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly bias?: boolean;
}

/** y = x·Wᵀ + b over the last axis. */
export function linear({ inFeatures, outFeatures, bias = true }: LinearOptions) {
  return defineLayer({
    params: {
      weight: param([outFeatures, inFeatures], kaiming(inFeatures)),
      bias: bias ? param([outFeatures], kaiming(inFeatures)) : null,
    },
    apply(p, x: Tensor): Tensor {
      const y = matmul(x, p.weight, { transposeB: true }); // [..., in] → [..., out]
      return p.bias ? add(y, p.bias) : y;
    },
  });
}

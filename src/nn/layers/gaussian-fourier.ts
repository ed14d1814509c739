import { concat, cos, log, mul, reshape, sin, type Tensor } from '../../graph/index.js';
import { defineLayer, param } from '../define-layer.js';
import { normal } from '../init.js';

export interface GaussianFourierOptions {
  /** Number of frequencies: half of the features that come out. */
  readonly frequencies: number;
  readonly scale?: number;
}

/**
 * sin(2π·ω·ln σ), cos(2π·ω·ln σ) with fixed random frequencies ω ~ N(0, scale²).
 * Tancik et al. 2020 (arXiv:2006.10739), Equation 5; Song et al. 2021 (arXiv:2011.13456), Appendix C.1.
 */
export function gaussianFourier({ frequencies, scale = 16 }: GaussianFourierOptions) {
  return defineLayer({
    params: { weight: param([frequencies], normal(scale), { frozen: true }) },
    apply(p, sigma: Tensor): Tensor {
      const angle = mul(mul(reshape(log(sigma), { shape: [-1, 1] }), p.weight), 2 * Math.PI); // [B] → [B, F]
      return concat(sin(angle), cos(angle), { axis: 1 }); // [B, 2F]
    },
  });
}

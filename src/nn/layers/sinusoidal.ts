import { floats } from '../../core/host-array.js';
import { concat, constant, cos, mul, pad, reshape, sin, type Tensor } from '../../graph/index.js';
import { defineLayer } from '../define-layer.js';

export interface SinusoidalOptions {
  readonly features: number;
  /** [cos, sin] instead of [sin, cos]. */
  readonly flipSinToCos?: boolean;
  readonly freqShift?: number;
}

/**
 * sin(t·ωᵢ), cos(t·ωᵢ) with ωᵢ = 10000^{−i/(h − shift)}, h = ⌊D/2⌋ frequencies; an odd D ends on a zero.
 * Vaswani et al. 2017 (arXiv:1706.03762), Section 3.5, as Ho et al. 2020 (arXiv:2006.11239) use it for time.
 */
export function sinusoidal({ features, flipSinToCos = true, freqShift = 0 }: SinusoidalOptions) {
  const half = Math.floor(features / 2);
  // Rounded to float32 after every operation, as checkpoints were trained: t up to 1000 magnifies the last bit of ω.
  const f = Math.fround;
  const slope = f(-Math.log(10000));
  const omega = floats(
    [1, half],
    Array.from({ length: half }, (_, i) => Math.exp(f(f(slope * i) / f(half - freqShift)))),
  );
  return defineLayer({
    params: {},
    apply(_, t: Tensor): Tensor {
      const angle = mul(reshape(t, { shape: [-1, 1] }), constant(omega)); // [B] → [B, D/2]
      const waves = flipSinToCos
        ? concat(cos(angle), sin(angle), { axis: 1 })
        : concat(sin(angle), cos(angle), { axis: 1 });
      return features % 2 === 0 ? waves : pad(waves, { before: [0, 0], after: [0, 1] });
    },
  });
}

import { floats } from '../../core/host-array.js';
import { constant, conv2d, convTranspose2d, reshape, type Tensor } from '../../graph/index.js';
import { defineLayer } from '../define-layer.js';

/** The separable low-pass filter [1, 3, 3, 1] / 8 in both directions, times `gain`, as a kernel of one channel. */
function kernel(gain: number): Tensor {
  const taps = [1, 3, 3, 1].map((tap) => tap / 8);
  return constant(
    floats(
      [1, 1, 4, 4],
      taps.flatMap((a) => taps.map((b) => gain * a * b)),
    ),
  );
}

export interface FirResampleOptions {
  readonly to: 'half' | 'double';
}

/**
 * Halves or doubles height and width without aliasing: a [1, 3, 3, 1] filter on every channel.
 * Zhang 2019 (arXiv:1904.11486); Song et al. 2021 (arXiv:2011.13456), Appendix H.
 */
export function firResample({ to }: FirResampleOptions) {
  return defineLayer({
    params: {},
    apply(_, x: Tensor): Tensor {
      const [B, C, H, W] = x.shape as [number, number, number, number];
      const planes = reshape(x, { shape: [B * C, 1, H, W] }); // [B, C, H, W] → [B·C, 1, H, W]
      // Doubling inserts zeros between the pixels, so it needs the filter four times as strong.
      const filtered =
        to === 'half'
          ? conv2d(planes, kernel(1), { stride: 2, padding: 1 })
          : convTranspose2d(planes, kernel(4), { stride: 2, padding: 1 });
      return reshape(filtered, { shape: [B, C, ...filtered.shape.slice(2)] });
    },
  });
}

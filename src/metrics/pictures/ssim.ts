import { ToolkitError } from '../../core/errors.js';
import { type PicturePairs, sizesOfPairs } from './same-pictures.js';

/**
 * Structural similarity of every picture: 1 for equal ones, about 0 for unrelated ones, negative for opposite ones.
 *
 *   SSIM = mean of (2·μₓ·μ_y + C₁)·(2·σ_xy + C₂) / ((μₓ² + μ_y² + C₁)·(σₓ² + σ_y² + C₂)),   Cᵢ = (Kᵢ·L)²
 *
 * over all places where a Gaussian window of 11 × 11 pixels, σ = 1.5, fits into the picture, and over channels; K₁ = 0.01,
 * K₂ = 0.03, L = 2 the range, x and y counted from black: [−1, 1] becomes [0, 2]. Wang, Bovik, Sheikh & Simoncelli 2004, "Image quality assessment: from error
 * visibility to structural similarity" (IEEE TIP 13), Equation 13 and Section III-C; variances divide by the sum of the
 * weights, as there. Unlike there the picture is not made smaller first.
 *
 * @example
 * import { floats } from 'langevin/core';
 * import { ssim } from 'langevin/metrics';
 * const picture = floats([1, 1, 11, 11], Float32Array.from({ length: 121 }, (_, i) => Math.sin(i)));
 * ssim({ pictures: picture, reference: picture }); // → [1]
 */
export function ssim(pairs: PicturePairs): readonly number[] {
  const { count, channels, height, width } = sizesOfPairs('ssim', pairs);
  if (height < side || width < side) {
    throw new ToolkitError(
      'bad-picture',
      `ssim needs pictures of at least ${side} × ${side} pixels, got ${width} × ${height}. Enlarge them.`,
    );
  }
  const plane = height * width;
  return Array.from({ length: count }, (_, n) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      const at = (n * channels + c) * plane;
      const cut = (data: Float32Array): Plane => ({ height, width, data: data.subarray(at, at + plane) });
      sum += planeSimilarity(cut(pairs.pictures.data), cut(pairs.reference.data));
    }
    return sum / channels;
  });
}

interface Plane {
  readonly height: number;
  readonly width: number;
  readonly data: ArrayLike<number>;
}

/** Pixels of the window along one side, and the weights: a Gaussian with σ = 1.5 whose sum is 1. */
const side = 11;
const window = ((): readonly number[] => {
  const bell = Array.from({ length: side }, (_, i) => Math.exp(-(((i - (side - 1) / 2) / 1.5) ** 2) / 2));
  const sum = bell.reduce((total, value) => total + value, 0);
  return bell.map((value) => value / sum);
})();

const [c1, c2] = [(0.01 * 2) ** 2, (0.03 * 2) ** 2];

function planeSimilarity(x: Plane, y: Plane): number {
  const meanOf = (f: (x: number, y: number) => number): Float64Array =>
    windowed({ ...x, data: Float64Array.from(x.data, (value, i) => f(value + 1, y.data[i]! + 1)) });
  const [mx, my] = [meanOf((a) => a), meanOf((_, b) => b)];
  const [xx, yy, xy] = [meanOf((a) => a * a), meanOf((_, b) => b * b), meanOf((a, b) => a * b)];
  let sum = 0;
  for (let i = 0; i < mx.length; i++) {
    const [a, b] = [mx[i]!, my[i]!];
    const [varX, varY, cov] = [xx[i]! - a * a, yy[i]! - b * b, xy[i]! - a * b];
    sum += ((2 * a * b + c1) * (2 * cov + c2)) / ((a * a + b * b + c1) * (varX + varY + c2));
  }
  return sum / mx.length;
}

/** The weighted mean under the window at every place where it fits: along rows, then along columns. */
function windowed({ height, width, data }: Plane): Float64Array {
  const [across, down] = [width - side + 1, height - side + 1];
  const rows = new Float64Array(height * across);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < across; x++) {
      let sum = 0;
      for (let k = 0; k < side; k++) sum += window[k]! * data[y * width + x + k]!;
      rows[y * across + x] = sum;
    }
  }
  const out = new Float64Array(down * across);
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      let sum = 0;
      for (let k = 0; k < side; k++) sum += window[k]! * rows[(y + k) * across + x]!;
      out[y * across + x] = sum;
    }
  }
  return out;
}

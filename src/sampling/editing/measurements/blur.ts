import { ToolkitError } from '../../../core/errors.js';
import { floats } from '../../../core/host-array.js';
import { number } from '../../../core/options.js';
import type { Batch } from '../batch.js';
import { defineMeasurement } from '../measurement.js';

/**
 * A Gaussian blur, the picture going on beyond its border as its last pixel: rows of weights that add up to 1.
 *
 *   A = B_H ⊗ B_W,   (B·x)_i = Σ_j w_j·x_{clamp(i + j)},   w_j ∝ e^{−j²/(2s²)},  |j| ≤ 3s
 *
 * The adjoint gathers at the border what the blur took from there. Its rows are not orthogonal, so there is no short
 * pseudo-inverse.
 *
 * @example
 * import { floats } from 'langevin/core';
 * import { blur } from 'langevin/sampling';
 * const [a, b] = blur({ radius: 1 }).apply(floats([1, 1, 1, 2], [0.5, 0.5])).data;
 * a === b && Math.abs(a - 0.5) < 1e-6; // → true
 */
export const blur = defineMeasurement({
  name: 'blur',
  options: {
    radius: number({ default: 1, min: 0.1, max: 100, help: 's: standard deviation of the blur in pixels.' }),
  },
  apply: (x, { radius }) => both(x, radius, (line, weights) => blurred(line, weights)),
  adjoint: (y, _, { radius }) => both(y, radius, (line, weights) => spread(line, weights)),
});

type Line = (line: Float64Array, weights: readonly number[]) => Float64Array;

/** w_{−r} … w_r, which add up to 1. */
function weightsOf(radius: number): readonly number[] {
  const reach = Math.max(1, Math.ceil(3 * radius));
  const raw = Array.from({ length: 2 * reach + 1 }, (_, j) => Math.exp(-((j - reach) ** 2) / (2 * radius ** 2)));
  const total = raw.reduce((sum, w) => sum + w, 0);
  return raw.map((w) => w / total);
}

const clamp = (i: number, length: number): number => Math.max(0, Math.min(length - 1, i));

function blurred(line: Float64Array, weights: readonly number[]): Float64Array {
  const reach = (weights.length - 1) / 2;
  return line.map((_, i) => weights.reduce((sum, w, j) => sum + w * line[clamp(i + j - reach, line.length)]!, 0));
}

function spread(line: Float64Array, weights: readonly number[]): Float64Array {
  const reach = (weights.length - 1) / 2;
  const out = new Float64Array(line.length);
  for (let i = 0; i < line.length; i++) {
    for (const [j, w] of weights.entries()) out[clamp(i + j - reach, line.length)]! += w * line[i]!;
  }
  return out;
}

/** A rule for lines, along the rows and along the columns of [B, C, H, W]. */
function both(x: Batch, radius: number, rule: Line): Batch {
  const [height = 0, width = 0] = x.shape.slice(-2);
  if (x.shape.length !== 4) {
    throw new ToolkitError('shape-mismatch', `blur: pictures [B, C, H, W] are needed, got [${x.shape.join(', ')}].`);
  }
  const weights = weightsOf(radius);
  const data = Float64Array.from(x.data);
  for (let row = 0; row < data.length; row += width) {
    data.set(rule(data.subarray(row, row + width), weights), row);
  }
  const column = new Float64Array(height);
  for (let plane = 0; plane < data.length; plane += height * width) {
    for (let c = 0; c < width; c++) {
      for (let r = 0; r < height; r++) column[r] = data[plane + r * width + c]!;
      for (const [r, value] of rule(column, weights).entries()) data[plane + r * width + c] = value;
    }
  }
  return floats(x.shape, Float32Array.from(data));
}

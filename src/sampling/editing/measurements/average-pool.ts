import { ToolkitError } from '../../../core/errors.js';
import { floats } from '../../../core/host-array.js';
import { integer } from '../../../core/options.js';
import { defineMeasurement } from '../measurement.js';

/**
 * The mean of every block of k × k pixels: a picture of less resolution.
 *
 *   (A·x)_{ij} = 1/k²·Σ_{uv} x_{ki+u, kj+v},   (Aᵀ·y)_{uv} = y_{⌊u/k⌋, ⌊v/k⌋}/k²,   A·Aᵀ = I/k²
 *
 * @example
 * import { floats } from 'langevin/core';
 * import { averagePool } from 'langevin/sampling';
 * averagePool({ factor: 2 }).apply(floats([1, 1, 2, 2], [1, 2, 3, 6])).data; // → Float32Array.of(3)
 */
export const averagePool = defineMeasurement({
  name: 'average-pool',
  options: {
    factor: integer({ default: 4, min: 1, max: 1024, help: 'k: the side of a block in pixels.' }),
  },
  apply(x, { factor: k }) {
    const [batch = 0, channels = 0, height = 0, width = 0] = x.shape;
    if (x.shape.length !== 4 || height % k !== 0 || width % k !== 0) {
      throw new ToolkitError(
        'shape-mismatch',
        `average-pool: pictures [B, C, H, W] with sides that ${k} divides are needed, got [${x.shape.join(', ')}].`,
      );
    }
    const [h, w] = [height / k, width / k];
    const sums = new Float64Array(batch * channels * h * w);
    for (let i = 0; i < x.data.length; i++) sums[blockOf(i, { width, height, k })]! += x.data[i]!;
    return floats(
      [batch, channels, h, w],
      Float32Array.from(sums, (sum) => sum / (k * k)),
    );
  },
  adjoint(y, shape, { factor: k }) {
    const [height = 0, width = 0] = shape.slice(-2);
    const out = floats(shape);
    for (let i = 0; i < out.data.length; i++) out.data[i] = y.data[blockOf(i, { width, height, k })]! / (k * k);
    return out;
  },
  gram: ({ factor }) => 1 / (factor * factor),
});

interface BlockOptions {
  readonly width: number;
  readonly height: number;
  readonly k: number;
}

/** The number of the block that a pixel of [B, C, H, W] lies in. */
function blockOf(i: number, { width, height, k }: BlockOptions): number {
  const [x, row] = [i % width, Math.floor(i / width)];
  const [y, plane] = [row % height, Math.floor(row / height)];
  return (plane * (height / k) + Math.floor(y / k)) * (width / k) + Math.floor(x / k);
}

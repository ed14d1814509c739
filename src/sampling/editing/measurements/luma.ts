import { ToolkitError } from '../../../core/errors.js';
import { floats } from '../../../core/host-array.js';
import { defineMeasurement } from '../measurement.js';

/** What red, green and blue add to brightness; ITU-R BT.601. */
const weights = [0.299, 0.587, 0.114] as const;

/**
 * The brightness of every pixel, Y = 0.299·R + 0.587·G + 0.114·B (ITU-R BT.601): the measurement of colourisation.
 * A·Aᵀ = Σ w² = 0.447 on every pixel.
 *
 * @example
 * import { floats } from 'langevin/core';
 * import { luma } from 'langevin/sampling';
 * luma().apply(floats([1, 3, 1, 1], [1, 0, 0])).data; // → Float32Array.of(0.299)
 */
export const luma = defineMeasurement({
  name: 'luma',
  options: {},
  apply(x) {
    const [batch = 0, channels = 0, height = 0, width = 0] = x.shape;
    if (x.shape.length !== 4 || channels !== 3) {
      throw new ToolkitError(
        'shape-mismatch',
        `luma: pictures with three channels [B, 3, H, W] are needed, got [${x.shape.join(', ')}].`,
      );
    }
    const plane = height * width;
    const out = floats([batch, 1, height, width]);
    for (let i = 0; i < out.data.length; i++) {
      const at = Math.floor(i / plane) * 3 * plane + (i % plane);
      let sum = 0;
      for (const [c, weight] of weights.entries()) sum += weight * x.data[at + c * plane]!;
      out.data[i] = sum;
    }
    return out;
  },
  adjoint(y, shape) {
    const plane = (shape[2] ?? 0) * (shape[3] ?? 0);
    const out = floats(shape);
    for (let i = 0; i < out.data.length; i++) {
      const row = Math.floor(i / (3 * plane));
      out.data[i] = weights[Math.floor(i / plane) % 3]! * y.data[row * plane + (i % plane)]!;
    }
    return out;
  },
  gram: () => weights.reduce((sum, weight) => sum + weight ** 2, 0),
});

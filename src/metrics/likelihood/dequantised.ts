import { floats, sizeOf } from '../../core/host-array.js';
import { fold, uniforms } from '../../core/random.js';
import type { ModelAndData } from '../metric.js';

/**
 * Rounded data spread evenly over the width of its rounding, x + q·(u − ½): then it has a density, and −log₂ of that
 * density at the width of a step is not below what the rounded values have. Data that is not rounded stays as it is.
 * Theis et al. 2016, arXiv:1511.01844, Section 3.1.
 */
export function dequantised(given: ModelAndData): ModelAndData {
  const { data, quantum, key } = given;
  if (quantum === null) return given;
  const [count = 0, ...shape] = data.shape;
  const size = sizeOf(shape);
  const out = floats(data.shape);
  for (let row = 0; row < count; row++) {
    const drawn = uniforms(fold(key, 'dequantise', row), size);
    for (let i = 0; i < size; i++) out.data[row * size + i] = data.data[row * size + i]! + quantum * (drawn[i]! - 0.5);
  }
  return { ...given, data: out, quantum: null };
}

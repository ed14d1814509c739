import { ToolkitError } from '../../../core/errors.js';
import { floats } from '../../../core/host-array.js';
import type { Batch } from '../batch.js';
import { defineMeasurement } from '../measurement.js';
import { maskFor } from '../painting/masks.js';

/**
 * The pixels that must stay, and zero where the picture may change: A = diag(1 − m), its own adjoint, A·Aᵀ = I on what is
 * seen. The measurement of inpainting.
 *
 * @example
 * import { floats } from 'langevin/core';
 * import { visible } from 'langevin/sampling';
 * visible({}, floats([1, 2], [0, 1])).apply(floats([1, 1, 1, 2], [5, 6])).data; // → Float32Array.of(5, 0)
 */
export const visible = defineMeasurement({
  name: 'visible',
  options: {},
  apply: (x, _, mask) => seen(x, mask),
  adjoint: (y, _shape, _options, mask) => seen(y, mask),
  gram: () => 1,
});

function seen(x: Batch, mask: Batch | null): Batch {
  if (mask === null) {
    throw new ToolkitError('bad-mask', 'visible: a mask is needed that says which pixels may change, got none.');
  }
  const m = maskFor(mask, x.shape).data;
  return floats(
    x.shape,
    x.data.map((value, i) => (m[i]! > 0 ? 0 : value)),
  );
}

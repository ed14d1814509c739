import { ToolkitError } from '../../core/errors.js';
import { floats, rows } from '../../core/host-array.js';
import { number } from '../../core/options.js';
import { isFloats } from '../../core/values.js';
import { defineLimit } from '../limit.js';

/**
 * Each sample is clamped to [−s, s] and divided by s, where s is a high quantile of its own magnitudes, between 1 and
 * `max`. Keeps strong guidance from saturating. Saharia et al. 2022, arXiv:2205.11487, Section 2.3.
 */
export const dynamicThreshold = defineLimit({
  name: 'dynamic-threshold',
  options: {
    ratio: number({ default: 0.995, min: 0, max: 1, help: 'The quantile of magnitudes that sets the threshold.' }),
    max: number({ default: 1, min: 1e-6, max: 1e6, help: 'Upper bound of the threshold.' }),
  },
  apply<X>(
    { denoised }: { readonly denoised: X },
    { ratio, max }: { readonly ratio: number; readonly max: number },
  ): X {
    if (typeof denoised === 'number') return squeeze(Float32Array.of(denoised), { ratio, max })[0] as X;
    if (!isFloats(denoised)) {
      throw new ToolkitError(
        'bad-value',
        'dynamic-threshold needs numbers to take a quantile of. Sample on host arrays.',
      );
    }
    const out = new Float32Array(denoised.data.length);
    const count = denoised.shape[0] ?? 1;
    for (let row = 0; row < count; row++) {
      const values = rows(denoised, row, row + 1).data;
      out.set(squeeze(values, { ratio, max }), row * values.length);
    }
    return floats(denoised.shape, out) as X;
  },
});

function squeeze(values: Float32Array, { ratio, max }: { readonly ratio: number; readonly max: number }): Float32Array {
  const s = Math.min(max, Math.max(1, quantile(values.map(Math.abs), ratio)));
  return values.map((value) => Math.min(s, Math.max(-s, value)) / s);
}

/** The value below which `ratio` of all lie, interpolated linearly. Sorts its argument. */
function quantile(values: Float32Array, ratio: number): number {
  values.sort();
  const at = ratio * (values.length - 1);
  const below = values[Math.floor(at)]!;
  return below + (at - Math.floor(at)) * (values[Math.ceil(at)]! - below);
}

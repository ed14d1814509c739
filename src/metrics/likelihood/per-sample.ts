import type { Estimate } from '../metric.js';
import { deviation, halfWidth } from '../sets/kernel-distance.js';

/** The mean over samples with its error bar: what a likelihood reports. */
export function perSample(name: string, values: readonly number[]): Estimate {
  const n = values.length;
  const value = values.reduce((sum, one) => sum + one, 0) / n;
  const half = halfWidth(deviation(values) / Math.sqrt(n));
  const interval = n > 1 ? ([value - half, value + half] as const) : null;
  return { name, value, interval, n, direction: 'lower', unit: 'bits/dim' };
}

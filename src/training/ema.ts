/**
 * Decay of the moving average at a 0-based step: d(s) = min(decay, (1 + s)/(10 + s)), so that an average over few steps
 * is not dominated by the initial weights.
 */
export function emaDecay(step: number, decay: number): number {
  return Math.min(decay, (1 + step) / (10 + step));
}

/**
 * f′(t) on [0, 1] by central differences of two widths, extrapolated:
 *
 *   (4·D(h) − D(2h))/3,   D(h) = (f(t + h) − f(t − h))/2h,   h = min(10⁻³, t/100, (1 − t)/100)
 *
 * so that nothing outside [0, 1] is asked for. At the very ends three points stand in, one-sided:
 * (−3f(t) + 4f(t + h) − f(t + 2h))/2h with h = ±10⁻⁵.
 */
export function derivative(f: (t: number) => number, t: number): number {
  const room = Math.min(t, 1 - t);
  if (room < 1e-5) {
    const h = t < 0.5 ? 1e-5 : -1e-5;
    return (-3 * f(t) + 4 * f(t + h) - f(t + 2 * h)) / (2 * h);
  }
  const h = Math.min(1e-3, room / 100);
  const central = (step: number): number => (f(t + step) - f(t - step)) / (2 * step);
  return (4 * central(h) - central(2 * h)) / 3;
}

/**
 * The β of the chain that torch programs compute in float32 out of the same β (`roundedBetas`):
 *
 *   a_i = fl(1 − β_i),   ᾱ_i = fl(Π_{j ≤ i} a_j),   ρ_i = fl(√fl(fl(1 − ᾱ_i)/ᾱ_i)),   β′_i = 1 − ᾱ′_i/ᾱ′_{i−1}
 *
 * with ᾱ′ = 1/(1 + ρ²), so that σ/α of every level is the float32 number ρ. The running product is kept in double and
 * rounded when it is stored, as torch's `cumprod` does on a processor. Next to the data 1 − ᾱ is left with four digits: σ
 * of the first levels differs by up to a thousandth from the exact one, and those are the levels that networks trained
 * there have seen.
 */
export function roundedChain(betas: ArrayLike<number>): Float64Array {
  const { fround, sqrt } = Math;
  let [product, previous] = [1, 1];
  return Float64Array.from(roundedBetas(betas), (beta) => {
    product *= fround(1 - beta);
    const stored = fround(product);
    const ratio = fround(sqrt(fround(fround(1 - stored) / stored)));
    const kept = 1 / (1 + ratio ** 2);
    const rounded = 1 - kept / previous;
    previous = kept;
    return rounded;
  });
}

/**
 * The same β as torch programs store them. Even lists, and squares of even lists, are made there from both ends with a
 * rounded step, which moves the middle by more than the rounding of each; all others are rounded one by one.
 */
export function roundedBetas(betas: ArrayLike<number>): Float64Array {
  const list = Float64Array.from(betas);
  const roots = list.map(Math.sqrt);
  if (isEven(list)) return evenInFloat32(list);
  if (isEven(roots)) return evenInFloat32(roots).map((root) => Math.fround(root ** 2));
  return list.map(Math.fround);
}

/** Whether all neighbours are equally far apart, but for the last bits. */
function isEven(values: Float64Array): boolean {
  const [first, last] = [values[0]!, values[values.length - 1]!];
  const step = (last - first) / Math.max(1, values.length - 1);
  return values.every((value, i) => Math.abs(value - first - i * step) <= 1e-14 * Math.max(first, last));
}

/** first + step·i in the first half and last − step·(n − 1 − i) in the second, each rounded once. */
function evenInFloat32(values: Float64Array): Float64Array {
  const { fround } = Math;
  const n = values.length;
  const [first, last] = [fround(values[0]!), fround(values[n - 1]!)];
  const step = n === 1 ? 0 : fround(fround(last - first) / (n - 1));
  return values.map((_, i) => fround(i < Math.floor(n / 2) ? first + step * i : last - step * (n - 1 - i)));
}

/**
 * The β of the chain that torch programs compute in float32 out of the same β:
 *
 *   a_i = fl(1 − fl(β_i)),   ᾱ_i = fl(Π_{j ≤ i} a_j),   ρ_i = fl(√fl(fl(1 − ᾱ_i)/ᾱ_i)),   β′_i = 1 − ᾱ′_i/ᾱ′_{i−1}
 *
 * with ᾱ′ = 1/(1 + ρ²), so that σ/α of every level is the float32 number ρ. The running product is kept in double and
 * rounded when it is stored, as torch's `cumprod` does on a processor. Next to the data 1 − ᾱ is left with four digits: σ
 * of the first levels differs by up to a thousandth from the exact one, and those are the levels that networks trained
 * there have seen.
 */
export function roundedChain(betas: ArrayLike<number>): Float64Array {
  const { fround, sqrt } = Math;
  let [product, previous] = [1, 1];
  return Float64Array.from(betas, (beta) => {
    product *= fround(1 - fround(beta));
    const stored = fround(product);
    const ratio = fround(sqrt(fround(fround(1 - stored) / stored)));
    const kept = 1 / (1 + ratio ** 2);
    const rounded = 1 - kept / previous;
    previous = kept;
    return rounded;
  });
}

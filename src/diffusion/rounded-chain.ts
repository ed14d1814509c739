/**
 * The β of the chain that torch programs compute in float32 out of the same β:
 *
 *   a_i = fl(1 − fl(β_i)),   ᾱ_i = fl(Π_{j ≤ i} a_j),   β′_i = 1 − ᾱ_i/ᾱ_{i−1}
 *
 * The running product is kept in double and rounded when it is stored, as torch's `cumprod` does on a processor. Next to
 * the data 1 − ᾱ is left with four digits: σ of the first levels differs by up to a thousandth from the exact one, and
 * those are the levels that networks trained there have seen.
 */
export function roundedChain(betas: ArrayLike<number>): Float64Array {
  const { fround } = Math;
  let [product, previous] = [1, 1];
  return Float64Array.from(betas, (beta) => {
    product *= fround(1 - fround(beta));
    const stored = fround(product);
    const rounded = 1 - stored / previous;
    previous = stored;
    return rounded;
  });
}

/**
 * A falling list of positive numbers stretched to `count` of them: their logarithms are interpolated linearly over the
 * place in the list. The first and the last stay. Sabour et al. 2024, arXiv:2404.14507, use it on their tables.
 */
export function logLinear(values: readonly number[], count: number): readonly number[] {
  return count === values.length ? values : stretch(values.map(Math.log), count).map(Math.exp);
}

/** A list stretched to `count` entries by linear interpolation over the place in it. */
export function stretch(values: readonly number[], count: number): readonly number[] {
  if (count === values.length) return values;
  const last = values.length - 1;
  return Array.from({ length: count }, (_, i) => {
    const place = count === 1 ? 0 : (i / (count - 1)) * last;
    const low = Math.min(Math.floor(place), Math.max(0, last - 1));
    return values[low]! + (place - low) * ((values[low + 1] ?? values[low]!) - values[low]!);
  });
}

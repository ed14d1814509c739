/** Levenshtein distance between two words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

/** Letters from which on a word that begins or ends a single name is taken for short for it. */
const shortest = 3;

/**
 * The known name most like `word`, or undefined when none is near enough to be what was meant: the only one that begins
 * or ends with it (`eps` of `epsilon`, `gpu` of `webgpu`), else the one with the fewest edits between them.
 */
export function closest(word: string, known: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  const longer = known.filter((name) => name.toLowerCase().startsWith(wanted) || name.toLowerCase().endsWith(wanted));
  if (wanted.length >= shortest && longer.length === 1) return longer[0];
  const ranked = known
    .map((name) => ({ name, edits: distance(wanted, name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best && best.edits <= Math.max(2, Math.ceil(best.name.length / 3)) ? best.name : undefined;
}

/** " Did you mean "heun"?" or nothing: the remedy part of an unknown-name error. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = closest(word, known);
  return near === undefined ? '' : ` Did you mean "${near}"?`;
}

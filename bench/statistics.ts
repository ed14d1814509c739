/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Milliseconds of `repeats` runs, after one that is not counted. */
export async function timed(repeats: number, run: () => Promise<unknown>): Promise<readonly number[]> {
  await run();
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times;
}

/**
 * Runs for a second. Browsers start WebAssembly from a quick translation and replace it by a better one meanwhile: the
 * first runs take up to ten times as long as those that follow.
 */
export async function warmUp(run: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + 1000;
  while (performance.now() < end) await run();
}

/** Three significant digits, without an exponent. */
export const brief = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

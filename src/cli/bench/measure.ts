/** Milliseconds of repeated runs: the middle one, and how far the others were from it. */
export interface Timing {
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
  readonly runs: number;
}

/** Times `run` after two runs that do not count. */
export async function timed(run: () => Promise<unknown>, runs: number, signal: AbortSignal): Promise<Timing> {
  const times: number[] = [];
  for (let i = -2; i < runs; i++) {
    signal.throwIfAborted();
    const begin = performance.now();
    await run();
    if (i >= 0) times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  const middle = (times[Math.floor((runs - 1) / 2)]! + times[Math.ceil((runs - 1) / 2)]!) / 2;
  return { median: round(middle), fastest: round(times[0]!), slowest: round(times.at(-1)!), runs };
}

/** Billions of operations a second. */
export const gflops = (flops: number, { median }: Timing): number => round(flops / median / 1e6);

/** Four significant digits: more would be noise. */
export const round = (value: number): number => Number(value.toPrecision(4));

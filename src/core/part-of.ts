/** How far work is. */
interface Frame {
  readonly done: number;
  readonly total: number;
}

export interface Part {
  /** Where this work stands among all that is to be done: `from` to `to` of `total`. */
  readonly from: number;
  readonly to: number;
  readonly total: number;
}

/**
 * One work in its place among others: the same frames and the same result, with progress told in the measure of all.
 *
 * @example
 * import { finish, partOf } from 'langevin/core';
 * async function* work() {
 *   yield { done: 1, total: 2 };
 *   return 'made';
 * }
 * const whole = partOf(work(), { from: 10, to: 30, total: 40 });
 * (await whole.next()).value; // → { done: 20, total: 40 }
 * await finish(whole); // → 'made'
 */
export async function* partOf<F extends Frame, R>(
  work: AsyncGenerator<F, R, undefined>,
  { from, to, total }: Part,
): AsyncGenerator<F, R, undefined> {
  for (;;) {
    const { done, value } = await work.next();
    if (done) return value;
    yield { ...value, done: from + Math.round(((to - from) * value.done) / value.total), total };
  }
}

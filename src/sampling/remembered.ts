import type { Level } from '../diffusion/level.js';

/**
 * The same denoiser, which repeats its last answer for the same x at the same level: several edits and kinds of guidance
 * may ask it in one step, and the network runs once.
 */
export function remembered<X, Answer = X>(
  ask: (x: X, level: Level) => Promise<Answer>,
): (x: X, level: Level) => Promise<Answer> {
  let last: { readonly x: X; readonly level: Level; readonly answer: Promise<Answer> } | null = null;
  return (x, level) => {
    if (last === null || last.x !== x || last.level !== level) last = { x, level, answer: ask(x, level) };
    return last.answer;
  };
}

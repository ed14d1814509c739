import type { Output } from './output.js';

export interface WatchedOptions<F> {
  readonly what: string;
  readonly out: Output;
  /** What is counted; steps unless told. */
  readonly unit?: string;
  /** Is shown every frame, after the bar. */
  readonly each?: (frame: F) => void | Promise<void>;
}

/** Runs work that counts itself with a bar, and returns what it returns; the bar ends however the work does. */
export async function watched<F extends { readonly done: number; readonly total: number }, R>(
  work: AsyncGenerator<F, R, undefined>,
  { what, out, unit = 'steps', each }: WatchedOptions<F>,
): Promise<R> {
  let bar: ReturnType<Output['progress']> | null = null;
  try {
    for (;;) {
      const { done, value } = await work.next();
      if (done) return value;
      bar ??= out.progress({ what, total: value.total, unit });
      bar.update(value.done);
      await each?.(value);
    }
  } finally {
    bar?.end();
  }
}

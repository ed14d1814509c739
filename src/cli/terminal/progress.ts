import { count, duration, figure } from './format.js';
import type { Paint } from './paint.js';

export type Figures = Readonly<Record<string, number | string>>;

export interface ProgressOptions {
  /** What goes on, in one or two words: "Training". */
  readonly what: string;
  /** The last value of `done`, or null where only time or nothing says when it ends. */
  readonly total: number | null;
  /** What is counted, in the plural: "steps". */
  readonly unit?: string;
  /** Seconds after which the work ends by itself. */
  readonly seconds?: number | null;
  /** What was done before this process began: it does not count for the rate. */
  readonly from?: number;
}

/** One piece of work that people wait for. */
export interface Progress extends Disposable {
  /** `figures` are the numbers that matter right now: the loss. */
  update(done: number, figures?: Figures): void;
  end(): void;
}

/** What can be said about the work at some moment. */
export interface Status {
  readonly what: string;
  readonly unit: string;
  readonly done: number;
  readonly total: number | null;
  /** In [0, 1], or null when nobody knows. */
  readonly fraction: number | null;
  /** Units a second over the last while, or null before there is a rate. */
  readonly rate: number | null;
  /** Seconds left, or null when nobody knows. */
  readonly left: number | null;
  readonly figures: Figures;
}

/** Seconds that a rate needs at least: of work that is over at once it says nothing. */
const shortest = 0.1;

/** Follows work over time; the rate is that of the last 20 seconds or so. What turns out to be more has no smaller total. */
export function createMeter(options: ProgressOptions, now: () => number) {
  const { what, unit = '', seconds = null, from = 0 } = options;
  const begin = now();
  let marks: readonly { readonly at: number; readonly done: number }[] = [{ at: begin, done: from }];
  return (done: number, figures: Figures = {}): Status => {
    const at = now();
    const newest = marks.at(-1)!;
    if (at - newest.at > 1) marks = [...marks.filter((mark) => at - mark.at < 20), { at, done }];
    const oldest = marks[0]!;
    const total = options.total === null ? null : Math.max(options.total, done);
    const rate = at - oldest.at >= shortest && done > oldest.done ? (done - oldest.done) / (at - oldest.at) : null;
    const byTime = seconds === null ? null : Math.min(1, (at - begin) / seconds);
    const byCount = total === null || total <= 0 ? null : Math.min(1, done / total);
    const timeLeft = seconds === null ? Infinity : Math.max(0, seconds - (at - begin));
    const countLeft = total === null || rate === null ? Infinity : (total - done) / rate;
    const left = Math.min(timeLeft, countLeft);
    const fraction = byTime === null && byCount === null ? null : Math.max(byTime ?? 0, byCount ?? 0);
    return { what, unit, done, total, fraction, rate, left: Number.isFinite(left) ? left : null, figures };
  };
}

/** One line for a terminal of `columns`: name, bar, counts, rate, time left, figures. */
export function bar(status: Status, columns: number, { bold, cyan, dim }: Paint): string {
  const { what, fraction, figures } = status;
  const details = describe(status, figures).join('  ');
  const width = Math.max(8, Math.min(28, columns - what.length - details.length - 12));
  const full = fraction === null ? 0 : Math.round(fraction * width);
  const drawn = cyan('━'.repeat(full)) + dim('━'.repeat(width - full));
  const percent = fraction === null ? '' : `${String(Math.floor(fraction * 100)).padStart(3)} %  `;
  const room = columns - what.length - width - percent.length - 5;
  return `${bold(what)}  ${drawn}  ${percent}${details.length > room ? `${details.slice(0, Math.max(0, room - 1))}…` : details}`;
}

/** The same as a sentence, for logs. */
export function line(status: Status): string {
  const percent = status.fraction === null ? [] : [`${Math.floor(status.fraction * 100)} %`];
  return `${status.what}: ${[...percent, ...describe(status, status.figures)].join(', ')}`;
}

function describe({ done, total, unit, rate, left }: Status, figures: Figures): string[] {
  const counted = total === null ? count(done) : `${count(done)}/${count(total)}`;
  return [
    unit === '' ? counted : `${counted} ${unit}`,
    ...(rate === null ? [] : [`${figure(rate)}/s`]),
    ...(left === null || (total !== null && done >= total) ? [] : [`${duration(left)} left`]),
    ...Object.entries(figures).map(([name, value]) => `${name} ${typeof value === 'number' ? figure(value) : value}`),
  ];
}

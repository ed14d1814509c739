/** From data to pixels along one axis. */
export interface Scale {
  (value: number): number;
  readonly kind: 'linear' | 'log';
  readonly domain: Range;
  readonly range: Range;
}

export type Range = readonly [from: number, to: number];

export interface ScaleOptions {
  readonly kind?: 'linear' | 'log';
  readonly domain: Range;
  readonly range: Range;
}

/**
 * A straight or logarithmic scale. Values that have no logarithm lie at the lower end.
 *
 * @example
 * import { scale } from 'langevin/plot';
 * scale({ domain: [0, 10], range: [0, 200] })(2.5); // → 50
 */
export function scale({ kind = 'linear', domain, range }: ScaleOptions): Scale {
  const place = kind === 'log' ? (v: number) => Math.log10(Math.max(v, Number.MIN_VALUE)) : (v: number) => v;
  const [from, to] = [place(domain[0]), place(domain[1])];
  const map = (value: number): number => {
    const part = to === from ? 0.5 : (place(value) - from) / (to - from);
    return range[0] + part * (range[1] - range[0]);
  };
  return Object.assign(map, { kind, domain, range });
}

/**
 * Round numbers inside a range, about `count` of them: 1, 2 or 5 times a power of ten apart; powers of ten on a
 * logarithmic scale.
 *
 * @example
 * import { ticks } from 'langevin/plot';
 * ticks([0, 1], { count: 5 }); // → [0, 0.2, 0.4, 0.6, 0.8, 1]
 */
export function ticks(
  [from, to]: Range,
  { count = 6, kind = 'linear' }: { readonly count?: number; readonly kind?: 'linear' | 'log' } = {},
): readonly number[] {
  const [low, high] = from < to ? [from, to] : [to, from];
  if (!(high > low)) return [low];
  return kind === 'log' ? powers(low, high, count) : evenly(low, high, count);
}

function evenly(low: number, high: number, count: number): readonly number[] {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const off = (step: number): number => Math.abs(Math.log(step / rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).reduce((a, b) => (off(b) < off(a) ? b : a));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)) + 0);
}

function powers(low: number, high: number, count: number): readonly number[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (last - first < 2) {
    const fine = Array.from({ length: last - first + 3 }, (_, i) => 10 ** (first - 1 + i));
    return fine
      .flatMap((power) => [power, 2 * power, 5 * power])
      .filter((v) => v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9));
  }
  const every = Math.max(1, Math.ceil((last - first) / count));
  const start = Math.ceil(first / every) * every;
  return Array.from({ length: Math.floor((last - start) / every) + 1 }, (_, i) => 10 ** (start + i * every));
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/**
 * A number as axes write it: a real minus sign, thousands together, powers of ten where digits would not be read.
 *
 * @example
 * import { tickText } from 'langevin/plot';
 * [tickText(-0.5), tickText(20000), tickText(1e-6)]; // → ['−0.5', '20,000', '10⁻⁶']
 */
export function tickText(value: number): string {
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) {
    const exponent = Math.floor(Math.log10(size) + 1e-9);
    const factor = Number((size / 10 ** exponent).toPrecision(3));
    const digits = [...String(Math.abs(exponent))].map((d) => superscripts[Number(d)]).join('');
    return `${sign}${factor === 1 ? '' : `${factor}·`}10${exponent < 0 ? '⁻' : ''}${digits}`;
  }
  const [whole = '', rest] = String(Number(size.toPrecision(6))).split('.');
  return `${sign}${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')}${rest === undefined ? '' : `.${rest}`}`;
}

/** The least range that holds all finite numbers, or null where there is none. */
export function extentOf(values: Iterable<number>): Range | null {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : null;
}

/** The range that holds both. */
export const joined = (a: Range | null, b: Range | null): Range | null =>
  a && b ? [Math.min(a[0], b[0]), Math.max(a[1], b[1])] : (a ?? b);

import { fold, type Key } from '../../core/random.js';
import type { Space } from '../../core/space.js';
import { type Level, logSnr } from '../../diffusion/level.js';
import type { Interval } from '../intervals.js';

export interface BrownianOptions<X> {
  readonly space: Space<X>;
  /** Any value of the shape to draw. */
  readonly like: X;
  readonly key: Key;
  /**
   * The steps of a walk: everywhere down to the shortest of them there, the motion is the same for every walk with this
   * key.
   */
  readonly walk?: readonly Interval[];
  /** That length in log-SNR, ln(α²/σ²), the same everywhere, where no walk is told. Each halving of it costs a draw. */
  readonly finest?: number;
}

/**
 * Unit Gaussians of an interval: ∫_a^b e^{power·λ} dW, scaled to unit variance.
 *
 * The clock: for λ = ln(α/σ) the reverse SDE with noise of power η reads, but for the drift,
 * d(x·α^η/σ^{1+η}) = √(2η)·e^{ηλ} dW_λ. So its noise over an interval is B(u′) − B(u) of a Brownian motion B on the clock
 *
 *   u = e^{2·power·λ} = (α/σ)^{2·power}
 *
 * with power = η: the signal-to-noise ratio for the reverse SDE itself. On this clock two half steps add up to the noise
 * of the whole one exactly, pure noise is u = 0, and the scale of x does not matter. Rules that hold the noise n
 * instead of D have d(x/α) = … + e^{−λ} dW, power −1. Each power has a motion of its own.
 *
 * The motion is laid down by bisection of ln u between fixed ends, every value keyed by its place, until pieces are as
 * short as the steps there; inside a piece, points are Brownian bridges between their known neighbours. So all walks of a key
 * share the coarse course of the noise, and finer ones see the same path more closely; the increments of one walk are
 * those of one Brownian motion to the last bit. Lévy's construction; as a source for SDE solvers: Li et al. 2020,
 * arXiv:2001.01328, Algorithm 3.
 *
 * @example
 * import { fold, key, batchSpace, floats } from 'langevin/core';
 * import { brownian } from 'langevin/sampling';
 * const noise = brownian({ space: batchSpace(), like: floats([1]), key: key(7), finest: 0.1 });
 * const [a, b, c] = [4, 2, 1].map((sigma) => ({ alpha: 1, sigma })); // u = 1/16, 1/4, 1
 * const [left, right, whole] = [noise(a, b), noise(b, c), noise(a, c)].map(({ data }) => data[0]);
 * Math.abs(Math.sqrt(3 / 16) * left + Math.sqrt(3 / 4) * right - Math.sqrt(15 / 16) * whole) < 1e-6; // → true
 */
export function brownian<X>(options: BrownianOptions<X>): (a: Level, b: Level, power?: number) => X {
  const motions = new Map<number, Motion<X>>();
  return (a, b, power = 1) => {
    const motion = motions.get(power) ?? motionOf(options, power);
    motions.set(power, motion);
    const [start, end] = [a, b].map((level) => clockOf(level, power)) as [number, number];
    return motion(start, end);
  };
}

/** ln u, −∞ at pure noise for positive powers; rounded, since one level may come in several scales of x. */
const clockOf = (level: Level, power: number): number => Math.round(power * logSnr(level) * 2 ** 30) / 2 ** 30;

/** (B(e^b) − B(e^a))/√|e^b − e^a|. */
type Motion<X> = (a: number, b: number) => X;

/** B at one time; the logarithm is kept beside it, since keys are made of places and not of rounded times. */
interface Point<X> {
  readonly log: number;
  readonly time: number;
  readonly value: X;
}

/** What lies between two known points, and its middle, drawn when first asked and once for both halves. */
interface Piece<X> {
  readonly left: Point<X>;
  readonly right: Point<X>;
  readonly middle: () => Point<X>;
}

/** e^±45 on the clock is σ/α from 6·10⁹ to 10⁻¹⁰: beyond, only the bridge to 0 and independent increments are left. */
const reach = 45;
/** Points remembered besides the pieces around the last one: the ends of a step, and those inside it. */
const remembered = 6;

function motionOf<X>(options: BrownianOptions<X>, power: number): Motion<X> {
  const { space, like, key: given } = options;
  const key = power === 1 ? given : fold(given, 'power', power);
  const stepAt = shortestStep(options, power);
  let spare: X | undefined;
  /** A Gaussian that is used at once: the next one is written over it. */
  const draw = (...labels: readonly (string | number)[]): X => {
    spare = space.gaussian(like, fold(key, ...labels), spare);
    return spare;
  };
  const zero: Point<X> = { log: -Infinity, time: 0, value: space.lincomb([0, like]) };

  /** A point between two known ones: on the straight line, and a Gaussian of variance (m − l)·(r − m)/(r − l). */
  const bridge = (l: Point<X>, r: Point<X>, log: number, fresh: () => X): Point<X> => {
    const time = Math.exp(log);
    const w = (time - l.time) / (r.time - l.time);
    const spread = Math.sqrt(Math.max(0, (1 - w) * (time - l.time)));
    return { log, time, value: space.lincomb([1 - w, l.value], [w, r.value], [spread, fresh()]) };
  };
  const after = (l: Point<X>, log: number, fresh: () => X): Point<X> => {
    const time = Math.exp(log);
    return { log, time, value: space.lincomb([1, l.value], [Math.sqrt(time - l.time), fresh()]) };
  };

  const pieceOf = (left: Point<X>, right: Point<X>, level: number): Piece<X> => {
    const log = (left.log + right.log) / 2;
    let drawn: Point<X> | null = null;
    const middle = (): Point<X> => {
      drawn ??= bridge(left, right, log, () => draw('middle', log, level));
      return drawn;
    };
    return { left, right, middle };
  };

  let pieces: readonly Piece<X>[] = []; // halves of halves around the last point
  let recent: readonly Point<X>[] = [];

  /** The piece of the given place in the bisection, its halves drawn on the way. */
  const pieceAround = (log: number): Piece<X> => {
    if (pieces.length === 0) {
      const low = after(zero, -reach, () => draw('low'));
      const high = after(low, reach, () => draw('high'));
      pieces = [pieceOf(low, high, 1)];
    }
    pieces = pieces.filter(({ left, right }, i) => i === 0 || (left.log <= log && log < right.log));
    for (let piece = pieces.at(-1)!; ; pieces = [...pieces, piece]) {
      const { left, right, middle } = piece;
      if (right.log - left.log <= stepAt(left.log, right.log)) return piece;
      const half = log < middle().log ? ([left, middle()] as const) : ([middle(), right] as const);
      piece = pieceOf(...half, pieces.length + 1);
    }
  };

  const at = (log: number): Point<X> => {
    if (log === -Infinity) return zero;
    const known = recent.find((point) => point.log === log);
    if (known) return known;
    const { left, right } = pieceAround(Math.min(reach - 1e-9, Math.max(-reach, log)));
    const near = [zero, left, right, ...recent];
    const below = near.reduce((best, point) => (point.log <= log && point.log > best.log ? point : best));
    const above = near
      .filter((point) => point.log > log)
      .reduce<Point<X> | null>((best, point) => (best === null || point.log < best.log ? point : best), null);
    const fresh = (): X => draw('point', log);
    const point = below.log === log ? below : above ? bridge(below, above, log, fresh) : after(below, log, fresh);
    recent = [point, ...recent].slice(0, remembered);
    return point;
  };

  return (a, b) => {
    const [start, end] = [at(a), at(b)];
    const length = Math.abs(end.time - start.time);
    const scale = length > 0 ? 1 / Math.sqrt(length) : 0;
    return space.lincomb([scale, end.value], [-scale, start.value]);
  };
}

/** The shortest step, in ln u, of those that touch the piece between two places. */
function shortestStep({ walk, finest = 1e-3 }: BrownianOptions<unknown>, power: number) {
  if (walk === undefined) return () => Math.max(finest, least) * Math.abs(power);
  const steps = walk
    .map(({ from, to }) => [from, to].map((level) => clockOf(level, power)) as [number, number])
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
    .filter(([low, high]) => low < high);
  return (left: number, right: number): number =>
    steps.reduce(
      (shortest, [low, high]) => (low < right && high > left ? Math.min(shortest, high - low) : shortest),
      Infinity,
    );
}

/** Closer levels than this are told apart inside a piece. */
const least = 1e-9;

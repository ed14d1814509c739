import { show, ToolkitError } from '../../core/errors.js';
import { text } from '../../core/options.js';
import { type RateCurvesOptions, rateCurves } from '../rate-curves.js';
import { defineSchedule } from '../schedule.js';

/**
 * A chain whose β were given, one by one. Between its steps the rate is held:
 *
 *   β(t) = −n·ln(1 − β_i) for t in (i/n, (i + 1)/n],   α²(t) = e^{−∫β}
 *
 * so that α²((i + 1)/n) is ᾱ_i exactly. A grid of n steps is the chain itself; any other number cuts the curve.
 * For lists in memory `gridFromBetas` is shorter; as a schedule a list has a drift, a diffusion and a name.
 *
 * @example
 * import { given } from 'langevin/diffusion';
 * given({ betas: '0.1, 0.2, 0.5' }).betas(3); // → [0.1, 0.2, 0.5]
 * given({ betas: '0.1, 0.2, 0.5' }).alpha(1) ** 2; // → 0.9 * 0.8 * 0.5
 */
export const given = defineSchedule({
  name: 'given',
  kind: 'variance-preserving',
  options: {
    betas: text({
      default: '0.05, 0.1, 0.2, 0.4, 0.8',
      placeholder: 'LIST',
      help: 'The betas in (0, 1), joined by commas or spaces; the default is a short chain to look at.',
    }),
  },
  curves: ({ betas }) => rateCurves(chain(parse(betas))),
  betas(count, { betas }) {
    const list = parse(betas);
    if (count === list.length) return list;
    const { total } = chain(list);
    return Array.from({ length: count }, (_, i) => -Math.expm1(total(i / count) - total((i + 1) / count)));
  },
});

/** β(t) and its integral, with the rate held in every step. */
function chain(betas: readonly number[]): RateCurvesOptions {
  const n = betas.length;
  const rates = betas.map((beta) => -n * Math.log1p(-beta));
  const totals = [0];
  for (const rate of rates) totals.push(totals.at(-1)! + rate / n);
  const stepOf = (t: number): number => Math.min(n - 1, Math.max(0, Math.ceil(t * n) - 1));
  return {
    rate: (t) => rates[stepOf(t)]!,
    total: (t) => totals[stepOf(t)]! + rates[stepOf(t)]! * (t - stepOf(t) / n),
  };
}

function parse(betas: string): readonly number[] {
  const list = betas.split(/[\s,]+/).filter((word) => word !== '');
  const wrong = list.find((word) => !(Number(word) > 0 && Number(word) < 1));
  if (wrong === undefined && list.length > 0) return list.map(Number);
  throw new ToolkitError(
    'bad-option',
    `given: betas must be numbers in (0, 1) joined by commas, got ${show(wrong ?? betas)}.`,
  );
}

import { cosine, type Schedule } from '../../../src/diffusion/index.js';
import { category, line, panels, type Range } from '../../../src/plot/index.js';
import { grey, times } from './playground.js';

/** What a curve needs to be seen, its ends left out: some are infinite there. */
export function middleOf(values: readonly number[], zero = false): Range {
  const cut = Math.round(values.length * 0.07);
  const inner = values.slice(cut, -cut).filter(Number.isFinite);
  const [low, high] = [Math.min(...inner), Math.max(...inner)];
  const room = 0.06 * (high - low || Math.abs(high) || 1);
  return [zero && low >= 0 ? 0 : low - room, high + room];
}

/** Signal and noise, log-SNR, and the SDE of a schedule over time; cosine in grey, to compare. */
export function schedulePicture(name: string, create: () => Schedule): string {
  const own = create();
  const over = (f: (t: number) => number): readonly number[] => times.map(f);
  const compare = name === 'cosine' ? null : cosine();
  const x = { label: 'time t', domain: [0, 1] as const, ticks: 4 };
  const [alpha, sigma, lambda] = [over(own.alpha), over(own.sigma), over(own.logSnr)];
  const [drift, diffusion] = [over((t) => -own.drift(t)), over(own.diffusion)];
  const exploding = own.kind === 'variance-exploding';
  return panels(
    [
      {
        title: exploding ? 'signal and noise' : 'signal α and noise σ',
        x,
        y: exploding ? { kind: 'log' } : { domain: [0, 1.05] },
        marks: [
          line({ x: times, y: alpha, colour: category(0), label: 'α' }),
          line({ x: times, y: sigma, colour: category(1), label: 'σ' }),
        ],
      },
      {
        title: 'log-SNR, ln α²/σ²',
        x,
        y: { domain: middleOf(lambda) },
        marks: [
          ...(compare ? [line({ x: times, y: over(compare.logSnr), colour: grey, width: 2, label: 'cosine' })] : []),
          line({ x: times, y: lambda, colour: category(2), label: 'log-SNR' }),
        ],
      },
      {
        title: 'SDE: −f and g',
        x,
        y: { domain: [0, Math.max(middleOf(drift)[1], middleOf(diffusion)[1])] },
        marks: [
          line({ x: times, y: drift, colour: category(3), label: '−f, drift' }),
          line({ x: times, y: diffusion, colour: category(4), label: 'g, diffusion' }),
        ],
      },
    ],
    { title: name, subtitle: `${own.kind}; data at time 0, noise at time 1`, width: 960, columns: 3, innerHeight: 190 },
  );
}

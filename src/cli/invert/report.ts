import type { HostArray } from '../../core/host-array.js';
import { psnr, ssim, worstPixel } from '../../metrics/index.js';
import type { Inversions } from '../../pipelines/index.js';
import { plural } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';

/** How well one picture came back. */
export interface PictureReport {
  readonly name: string;
  /** In decibel; null where it is infinite, because the picture is the same. */
  readonly psnr: number | null;
  /** Null for pictures that are smaller than its window. */
  readonly ssim: number | null;
  /** The largest difference of a number, in steps of a byte. */
  readonly worstPixel: number;
}

export interface ReportOptions {
  readonly names: readonly string[];
  readonly pictures: HostArray<'float32'>;
  readonly reference: HostArray<'float32'>;
}

/** Pictures compared with what they should be, one by one. */
export function compared({ names, ...pair }: ReportOptions): readonly PictureReport[] {
  const [, , height = 0, width = 0] = pair.pictures.shape;
  const similar = Math.min(height, width) < 11 ? null : ssim(pair);
  const [noise, worst] = [psnr(pair), worstPixel(pair)];
  return names.map((name, i) => ({
    name,
    psnr: Number.isFinite(noise[i]) ? noise[i]! : null,
    ssim: similar?.[i] ?? null,
    worstPixel: worst[i]!,
  }));
}

/** The rows of a table for people. */
export const reportRows = (reports: readonly PictureReport[]): readonly (readonly string[])[] => [
  ['picture', 'PSNR, dB', 'SSIM', 'worst pixel, bytes'],
  ...reports.map((one) => [
    one.name,
    one.psnr === null ? '∞' : one.psnr.toFixed(1),
    one.ssim === null ? '' : one.ssim.toFixed(4),
    one.worstPixel < 0.01 ? '< 0.01' : one.worstPixel.toFixed(2),
  ]),
];

/** Says where steps could not be solved for. */
export function warnOfUnsolved({ solved }: Inversions, names: readonly string[], out: Output): void {
  for (const [row, name] of names.entries()) {
    const left = (solved ?? []).filter(({ outcomes }) => outcomes[row] !== 'converged');
    if (left.length === 0) continue;
    const diverged = left.filter(({ outcomes }) => outcomes[row] === 'diverged').length;
    const worst = Math.max(...left.map(({ residuals }) => residuals[row]!));
    const how = diverged === 0 ? 'did not converge' : `did not converge, ${diverged} of them diverged`;
    out.warn(
      `${name}: ${plural(left.length, 'step')} of ${solved!.length} ${how}; the best guess misses by ${worst.toPrecision(2)}. ` +
        'Use more steps, less guidance, or more rounds (--with fixed-point:rounds=200).',
    );
  }
}

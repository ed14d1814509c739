import type { HostArray } from '../../core/host-array.js';
import { fromBatch, type Picture } from '../../files/picture.js';
import { rasterise } from '../../files/raster.js';
import { category, type Mark, plot, scatter } from '../../plot/index.js';

export interface PointPictureOptions {
  /** [N, 2]. */
  readonly points: HostArray<'float32'>;
  /** A class for each point, null or −1 for none. */
  readonly labels?: readonly (number | null)[] | null;
  readonly classes?: readonly string[] | null;
  readonly title?: string;
  readonly subtitle?: string;
  readonly width?: number;
  /** Half of the side of the square that is shown; 1.1, or as much as the points need, unless told. */
  readonly reach?: number;
}

/** Points of the plane as a drawing, coloured by class where there are at most six. */
export function pointPicture({ points, labels, classes, width = 560, ...rest }: PointPictureOptions): string {
  const { title, subtitle } = rest;
  const reach = rest.reach ?? reachOf(points.data);
  const domain = [-reach, reach] as const;
  return plot({
    ...(title !== undefined && { title }),
    ...(subtitle !== undefined && { subtitle }),
    width,
    equal: true,
    x: { domain, ticks: 4 },
    y: { domain, ticks: 4 },
    marks: pointMarks({ points, labels: labels ?? null, classes: classes ?? null }),
  });
}

export interface PointMarks {
  readonly points: HostArray<'float32'>;
  readonly labels: readonly (number | null)[] | null;
  readonly classes: readonly string[] | null;
}

/** One scatter per class, or one for all where classes are none, too many, or not told. */
export function pointMarks({ points, labels, classes }: PointMarks): readonly Mark[] {
  const present = [...new Set(labels ?? [])].filter((label): label is number => label !== null && label >= 0);
  if (!classes || !labels || present.length < 2) return [scatter({ points: points.data })];
  const look = scatterLook(points.data.length / 2);
  const named = present.length <= 12;
  return present
    .sort((a, b) => a - b)
    .map((label) => {
      const own = labels.flatMap((other, i) => (other === label ? [points.data[2 * i]!, points.data[2 * i + 1]!] : []));
      const name = classes[label];
      return scatter({
        points: own,
        colour: category(label),
        ...look,
        ...(named && name !== undefined && { label: name }),
      });
    });
}

const scatterLook = (count: number) =>
  count > 4000 ? { size: 2.2, opacity: 0.45 } : count > 1000 ? { size: 2.8, opacity: 0.55 } : {};

/** The square that pictures of points show: [−1.1, 1.1]², or larger by steps where points lie outside. */
function reachOf(data: Float32Array): number {
  const far = Array.from(data, Math.abs)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const most = far[Math.floor(0.995 * (far.length - 1))] ?? 1;
  return most <= 1.1 ? 1.1 : Math.ceil(most * 2) / 2;
}

/** Pictures [N, C, H, W] as they are, and points [N, 2] as one drawing of all of them. */
export async function pictureOfBatch(
  batch: HostArray<'float32'>,
  options: Omit<PointPictureOptions, 'points'>,
): Promise<readonly Picture[]> {
  return batch.shape.length === 2 ? [await rasterise(pointPicture({ points: batch, ...options }))] : fromBatch(batch);
}

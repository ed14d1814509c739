import { ToolkitError } from '../core/errors.js';
import { concatRows, floats, type HostArray, rows, sizeOf } from '../core/host-array.js';

type Batch = HostArray<'float32'>;

/** f of equal batches; the last is filled up with its first picture and cut again. */
export async function inBatches(pictures: Batch, batch: number, f: (part: Batch) => Promise<Batch>): Promise<Batch> {
  const [count = 0, ...shape] = pictures.shape;
  const results: Batch[] = [];
  for (let at = 0; at < count; at += batch) {
    const part = rows(pictures, at, Math.min(count, at + batch));
    const own = part.shape[0]!;
    if (own === batch) results.push(await f(part));
    else {
      const full = floats([batch, ...shape]);
      full.data.set(part.data);
      for (let i = own; i < batch; i++) full.data.set(rows(part, 0, 1).data, i * sizeOf(shape));
      results.push(rows(await f(full), 0, own));
    }
  }
  return concatRows(results);
}

/** Grey repeated for three channels; what shows through RGBA is white. */
export function withChannels(pictures: Batch, wanted: number): Batch {
  const [count = 0, channels = 0, height = 0, width = 0] = pictures.shape;
  if (channels === wanted) return pictures;
  const plane = height * width;
  const out = floats([count, wanted, height, width]);
  for (let b = 0; b < count; b++) {
    const at = (c: number, i: number): number => pictures.data[(b * channels + c) * plane + i]!;
    for (let c = 0; c < wanted; c++) {
      for (let i = 0; i < plane; i++) {
        out.data[(b * wanted + c) * plane + i] = pixel({ channels, wanted, c, at: (k) => at(k, i) });
      }
    }
  }
  return out;
}

interface PixelOptions {
  readonly channels: number;
  readonly wanted: number;
  readonly c: number;
  readonly at: (channel: number) => number;
}

function pixel({ channels, wanted, c, at }: PixelOptions): number {
  if (channels === 1) return at(0);
  if (channels === 4 && wanted === 3) {
    const opacity = (at(3) + 1) / 2;
    return opacity * at(c) + (1 - opacity);
  }
  if (channels === 3 && wanted === 1) return (at(0) + at(1) + at(2)) / 3;
  throw new ToolkitError('bad-picture', `A feature network of ${wanted} channels cannot see pictures of ${channels}.`);
}

import { show, ToolkitError } from '../core/errors.js';
import { floats, type HostArray } from '../core/host-array.js';

/** Bytes as files hold them: rows from the top, pixels from the left, channels together; 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** A picture, checked. */
export function picture({ width, height, channels, data }: Picture): Picture {
  if (!(width > 0 && height > 0 && [1, 2, 3, 4].includes(channels))) {
    throw new ToolkitError(
      'bad-picture',
      `A picture needs a positive size and 1 to 4 channels, got ${width} × ${height} with ${channels}.`,
    );
  }
  if (data.length !== width * height * channels) {
    throw new ToolkitError(
      'bad-picture',
      `A picture of ${width} × ${height} × ${channels} needs ${width * height * channels} bytes, got ${data.length}.`,
    );
  }
  return { width, height, channels, data };
}

/** The byte of x ∈ [−1, 1]: v = 127.5·(x + 1), rounded, cut off at both ends. The inverse is x = v/127.5 − 1. */
export const toByte = (x: number): number => Math.max(0, Math.min(255, Math.round((x + 1) * 127.5)));

/** One image [C, H, W] in [−1, 1] as a picture. */
export function fromArray(image: HostArray<'float32'>): Picture {
  const [channels, height, width] = image.shape as [number, number, number];
  if (image.shape.length !== 3) {
    throw new ToolkitError('bad-picture', `A picture is made from [C, H, W], got shape ${show(image.shape)}.`);
  }
  const size = width * height;
  const data = new Uint8Array(size * channels);
  // [C, H, W] → [H, W, C]
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < size; i++) data[i * channels + c] = toByte(image.data[c * size + i]!);
  }
  return picture({ width, height, channels, data });
}

/** The images of a batch [B, C, H, W] in [−1, 1] as pictures. */
export function fromBatch(batch: HostArray<'float32'>): readonly Picture[] {
  const [count, ...shape] = batch.shape as [number, number, number, number];
  if (batch.shape.length !== 4) {
    throw new ToolkitError('bad-picture', `Pictures are made from [B, C, H, W], got shape ${show(batch.shape)}.`);
  }
  const size = shape.reduce((product, n) => product * n, 1);
  return Array.from({ length: count }, (_, b) =>
    fromArray(floats(shape, batch.data.subarray(b * size, (b + 1) * size))),
  );
}

/** A picture as [C, H, W] in [−1, 1]. */
export function toArray({ width, height, channels, data }: Picture): HostArray<'float32'> {
  const planes = toPlanes({ width, height, channels, data });
  return floats(
    [channels, height, width],
    Float32Array.from(planes, (v) => v / 127.5 - 1),
  );
}

/** The bytes of a picture, one channel after the other: [H, W, C] → [C, H, W]. */
export function toPlanes({ width, height, channels, data }: Picture): Uint8Array {
  const size = width * height;
  const planes = new Uint8Array(data.length);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < size; i++) planes[c * size + i] = data[i * channels + c]!;
  }
  return planes;
}

/** Every pixel as a block of `scale` × `scale`: small pictures stay sharp. */
export function enlarge(small: Picture, scale: number): Picture {
  if (!(Number.isInteger(scale) && scale >= 1)) {
    throw new ToolkitError('bad-option', `enlarge: scale must be an integer ≥ 1, got ${show(scale)}.`);
  }
  if (scale === 1) return small;
  const { width, height, channels } = small;
  const data = new Uint8Array(small.data.length * scale * scale);
  const row = width * scale * channels;
  for (let y = 0; y < height; y++) {
    const at = y * scale * row;
    for (let x = 0; x < width; x++) {
      const pixel = small.data.subarray((y * width + x) * channels, (y * width + x + 1) * channels);
      for (let k = 0; k < scale; k++) data.set(pixel, at + (x * scale + k) * channels);
    }
    for (let k = 1; k < scale; k++) data.copyWithin(at + k * row, at, at + row);
  }
  return { width: width * scale, height: height * scale, channels, data };
}

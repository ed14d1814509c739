import type { TransformInput } from './transform.js';

export interface Sampled extends Pick<TransformInput, 'image' | 'channels' | 'size'> {
  /** What lies outside the picture. */
  readonly fill: 'white' | 'edge';
}

/** The picture whose pixel (x, y) is the old one at `from(x, y)`, bilinear between pixels and exact on them. */
export function sampleAt(
  { image, channels, size, fill }: Sampled,
  from: (x: number, y: number) => readonly [number, number],
): Float32Array {
  const out = new Float32Array(image.length);
  const clamp = (n: number): number => Math.max(0, Math.min(size - 1, n));
  const pixel = (plane: number, x: number, y: number): number => {
    const inside = x >= 0 && y >= 0 && x < size && y < size;
    return inside || fill === 'edge' ? image[plane + clamp(y) * size + clamp(x)]! : 1;
  };
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [u, v] = from(x, y);
      const [x0, y0] = [Math.floor(u), Math.floor(v)];
      const [a, b] = [u - x0, v - y0];
      for (let c = 0; c < channels; c++) {
        const plane = c * size * size;
        let value = (1 - a) * (1 - b) * pixel(plane, x0, y0);
        if (a > 0) value += a * (1 - b) * pixel(plane, x0 + 1, y0);
        if (b > 0) value += (1 - a) * b * pixel(plane, x0, y0 + 1);
        if (a > 0 && b > 0) value += a * b * pixel(plane, x0 + 1, y0 + 1);
        out[plane + y * size + x] = value;
      }
    }
  }
  return out;
}

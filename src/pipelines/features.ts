import { ToolkitError } from '../core/errors.js';
import { floats, type HostArray, sizeOf } from '../core/host-array.js';
import type { OnnxModel, OnnxValue, Runtime } from '../runtime/index.js';
import type { ClassifierModel } from './classifier.js';
import { classifierRun } from './classifier-run.js';
import { inBatches, withChannels } from './picture-batches.js';

type Batch = HostArray<'float32'>;

/** A network that pictures are compared by. */
export interface FeatureNetwork extends Disposable {
  /** What it is called in reports. */
  readonly name: string;
  /** Pictures [B, C, H, W] in [−1, 1] → features [B, D]. */
  extract(pictures: Batch): Promise<Batch>;
}

export interface ClassifierFeaturesOptions {
  readonly model: ClassifierModel;
  readonly runtime: Runtime;
  readonly name: string;
  /** Pictures computed together. */
  readonly batch?: number;
}

/** The activations before the last layer of a classifier, whatever the size of the pictures. */
export function classifierFeatures({ name, ...options }: ClassifierFeaturesOptions): FeatureNetwork {
  const { run, [Symbol.dispose]: dispose } = classifierRun({ ...options, output: 'features' });
  return { name, extract: run, [Symbol.dispose]: dispose };
}

/** What the numbers of a picture are brought to before a network sees them. */
export const pixelRanges = {
  '-1..1': { scale: [1, 1, 1], shift: [0, 0, 0] },
  '0..1': { scale: [0.5, 0.5, 0.5], shift: [0.5, 0.5, 0.5] },
  '0..255': { scale: [127.5, 127.5, 127.5], shift: [127.5, 127.5, 127.5] },
  // (p − mean)/deviation of ImageNet's colours, p in [0, 1]
  imagenet: {
    scale: [0.5 / 0.229, 0.5 / 0.224, 0.5 / 0.225],
    shift: [(0.5 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, (0.5 - 0.406) / 0.225],
  },
} as const;

export type PixelRange = keyof typeof pixelRanges;

export interface OnnxFeaturesOptions {
  readonly model: OnnxModel;
  readonly name: string;
  /** Side the pictures are brought to; what the file fixes, else 299 as Inception takes them. */
  readonly size?: number | null;
  /** Range of the pixels; [0, 255] for bytes, else [−1, 1]. */
  readonly range?: PixelRange | null;
  /** The input that takes pictures; the first unless told. */
  readonly input?: string | null;
  /** The output with the features; the first unless told. Maps [B, D, H, W] are averaged over pixels. */
  readonly output?: string | null;
  readonly batch?: number;
}

/** Features by somebody else's network: Inception, or any other whose input is RGB pictures. */
export function onnxFeatures(options: OnnxFeaturesOptions): FeatureNetwork {
  const { model, name, batch = 16 } = options;
  const into = named(name, 'input', { values: model.inputs, wanted: options.input ?? null });
  const out = named(name, 'output', { values: model.outputs, wanted: options.output ?? null });
  const [first, ...rest] = into.shape;
  const last = into.shape.length === 4 && into.shape[3] === 3 && into.shape[1] !== 3; // [B, H, W, C]
  const channels = last ? into.shape[3] : into.shape[1];
  const types = ['float32', 'uint8'];
  if (into.shape.length !== 4 || (channels !== 3 && channels !== null) || !types.includes(into.dtype)) {
    const shape = into.shape.map((n) => n ?? '?').join(', ');
    throw new ToolkitError(
      'bad-onnx',
      `${name}: its input "${into.name}" must take RGB pictures, float32 or uint8 [B, 3, H, W], got ${into.dtype}[${shape}].`,
    );
  }
  const fixed = last ? into.shape[1] : rest[1];
  const size = options.size ?? fixed ?? 299;
  if (fixed !== null && fixed !== undefined && fixed !== size) {
    throw new ToolkitError('bad-onnx', `${name} takes pictures of ${fixed} × ${fixed} pixels, asked for ${size}.`);
  }
  const isByte = into.dtype === 'uint8';
  const { scale, shift } = pixelRanges[options.range ?? (isByte ? '0..255' : '-1..1')];
  return {
    name,
    extract: async (pictures) =>
      inBatches(withChannels(pictures, 3), first ?? batch, async (part) => {
        const sized = resized(part, size);
        const plane = size * size;
        const data = isByte ? new Uint8Array(sized.data.length) : new Float32Array(sized.data.length);
        for (let i = 0; i < sized.data.length; i++) {
          const [row, c, pixel] = [Math.floor(i / (3 * plane)), Math.floor(i / plane) % 3, i % plane];
          const value = scale[c]! * sized.data[i]! + shift[c]!;
          data[last ? row * 3 * plane + pixel * 3 + c : i] = isByte
            ? Math.max(0, Math.min(255, Math.round(value)))
            : value;
        }
        const shape = last ? [part.shape[0]!, size, size, 3] : sized.shape;
        const dtype = isByte ? 'uint8' : 'float32';
        const result = (await model.run({ [into.name]: { dtype, shape, data } }))[out.name]!;
        if (result.dtype !== 'float32' || result.shape.length < 2) {
          throw new ToolkitError(
            'bad-onnx',
            `${name}: its output "${out.name}" must be float32 [B, D], got ${result.dtype}[${result.shape.join(', ')}].`,
          );
        }
        return pooled(floats(result.shape, result.data as Float32Array));
      }),
    [Symbol.dispose]: () => model[Symbol.dispose](),
  };
}

function named(
  name: string,
  kind: string,
  { values, wanted }: { readonly values: readonly OnnxValue[]; readonly wanted: string | null },
): OnnxValue {
  const found = wanted === null ? values[0] : values.find((value) => value.name === wanted);
  if (found) return found;
  const known = values.map((value) => value.name).join(', ');
  throw new ToolkitError('bad-onnx', `${name} has no ${kind} "${wanted ?? ''}". It has: ${known || 'none'}.`);
}

/** Maps [B, D, H, W] as means over pixels, [B, D]. */
function pooled(features: Batch): Batch {
  const [count = 0, size = 0, ...area] = features.shape;
  const n = sizeOf(area);
  if (n === 1) return floats([count, size], features.data);
  const out = floats([count, size]);
  for (let i = 0; i < features.data.length; i++) out.data[Math.floor(i / n)]! += features.data[i]! / n;
  return out;
}

/**
 * Pictures at another size, by a triangle filter as wide as a pixel of the coarser side: interpolation when enlarging,
 * an average when shrinking, as feature networks are meant to be fed. Parmar et al. 2022, arXiv:2104.11222, Section 3.
 */
export function resized(pictures: Batch, size: number): Batch {
  const [count = 0, channels = 0, height = 0, width = 0] = pictures.shape;
  if (height === size && width === size) return pictures;
  const [down, across] = [taps(height, size), taps(width, size)];
  const out = floats([count, channels, size, size]);
  const column = new Float64Array(width);
  for (let plane = 0; plane < count * channels; plane++) {
    for (let y = 0; y < size; y++) {
      column.fill(0);
      for (const [from, weight] of down[y]!) {
        for (let x = 0; x < width; x++) column[x]! += weight * pictures.data[(plane * height + from) * width + x]!;
      }
      for (let x = 0; x < size; x++) {
        let sum = 0;
        for (const [from, weight] of across[x]!) sum += weight * column[from]!;
        out.data[(plane * size + y) * size + x] = sum;
      }
    }
  }
  return out;
}

/** Which old pixels each new one is made of, and by how much. */
function taps(from: number, to: number): readonly (readonly (readonly [number, number])[])[] {
  const ratio = from / to;
  const reach = Math.max(1, ratio);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * ratio - 0.5;
    const near = Array.from({ length: Math.ceil(2 * reach) + 1 }, (_, k) => Math.floor(centre - reach) + 1 + k);
    const weights = near
      .filter((at) => at >= 0 && at < from)
      .map((at) => [at, Math.max(0, 1 - Math.abs(at - centre) / reach)] as const)
      .filter(([, weight]) => weight > 0);
    const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
    return weights.map(([at, weight]) => [at, weight / total] as const);
  });
}

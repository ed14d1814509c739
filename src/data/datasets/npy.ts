import { show, ToolkitError } from '../../core/errors.js';
import { choice, flag, text } from '../../core/options.js';
import { type NpyArray, readNpy } from '../../files/npy.js';
import { toByte } from '../../files/picture.js';
import { dataSet, defineDataset, type Item } from '../dataset.js';
import { splitOf } from '../split.js';

/** What numbers a pixel may have, and the byte it becomes. */
const ranges = {
  signed: { low: -1, high: 1, byte: toByte },
  unit: { low: 0, high: 1, byte: (v: number) => Math.round(v * 255) },
  byte: { low: 0, high: 255, byte: Math.round },
} as const;

/**
 * Pictures in a NumPy file: [N, C, H, W], [N, H, W, C] or [N, H, W], bytes or floats. C is 1, 3 or 4. Labels may come
 * from a second file of N whole numbers. The split goes by a hash of the pixels. Floats are taken to be in [−1, 1] unless
 * `range` says otherwise; where all of them lie in [0, 1] that is remarked.
 */
export const npy = defineDataset({
  name: 'npy',
  summary: 'Pictures in a NumPy file: [N, C, H, W], [N, H, W, C] or [N, H, W].',
  usage: 'FILE.npy',
  argument: 'file',
  options: {
    file: text({ default: '', placeholder: 'FILE', help: 'The .npy file with the pictures.' }),
    labels: text({ default: '', placeholder: 'FILE', help: 'A .npy file with one whole number per picture.' }),
    range: choice(['signed', 'unit', 'byte'], {
      default: 'signed',
      help: 'Range of floating-point pixels: [-1, 1], [0, 1] or [0, 255].',
    }),
    mirrorable: flag({ default: true, help: 'Whether mirror images mean the same: not for writing.' }),
    license: text({ default: 'unknown', placeholder: 'SPDX', help: 'Licence of the pictures, for the model card.' }),
  },
  async *load({ file, labels, range, mirrorable, license }, context) {
    if (file === '') throw new ToolkitError('bad-option', 'npy: file must name a .npy file, got "".');
    const what = `Reading ${file}`;
    yield { what, done: 0, total: 1 };
    const array = await readNpy(file);
    context.signal?.throwIfAborted();
    const { count, channels, size, channelsLast } = layout(array.shape, file);
    if (context.size !== undefined && context.size !== size) {
      throw new ToolkitError(
        'bad-option',
        `npy: the pictures in ${file} are ${size} × ${size}, asked for ${context.size}. Leave the size out, or resize them.`,
      );
    }
    const bytes = toBytes(array, { range, file });
    if (range === 'signed' && isWithinUnit(array)) {
      const note =
        `${file}: all numbers lie in [0, 1] and are read as of [-1, 1], 0 as grey. ` +
        `Where 0 is black, say range=unit: ${file},range=unit.`;
      yield { what, done: 0, total: 1, note };
    }
    const images = channelsLast ? planes({ bytes, count, channels, pixels: size * size }) : bytes;
    const numbers = labels === '' ? null : labelsOf(await readNpy(labels), { count, file: labels });
    const stride = channels * size * size;
    yield { what, done: 1, total: 1 };
    return dataSet({
      name: file,
      sources: [{ name: file, author: 'unknown', license, url: null }],
      size,
      channels,
      classes: numbers && Array.from({ length: Math.max(...numbers) + 1 }, (_, label) => String(label)),
      images,
      items: Array.from({ length: count }, (_, i): Item => {
        const label = numbers?.[i] ?? -1;
        const split = splitOf(images.subarray(i * stride, (i + 1) * stride));
        return { name: String(i), label, caption: label < 0 ? '' : String(label), attributes: [], split, mirrorable };
      }),
      skipped: [],
    });
  },
});

/** Where the axes are. A last axis of 1, 3 or 4 behind two equal ones is channels. */
function layout(shape: readonly number[], file: string) {
  const [count = 0, a = 0, b = 0, c = 0] = shape;
  const isChannels = (n: number): boolean => n === 1 || n === 3 || n === 4;
  if (count > 0 && shape.length === 3 && a === b && a > 0) return { count, channels: 1, size: a, channelsLast: false };
  if (count > 0 && shape.length === 4) {
    if (isChannels(a) && b === c && b > 0) return { count, channels: a, size: b, channelsLast: false };
    if (isChannels(c) && a === b && a > 0) return { count, channels: c, size: a, channelsLast: true };
  }
  throw new ToolkitError(
    'shape-mismatch',
    `npy: ${file} has shape ${show(shape)}, expected square pictures [N, C, H, W], [N, H, W, C] or [N, H, W] with C 1, 3 or 4.`,
  );
}

function toBytes(
  { dtype, data }: NpyArray,
  { range, file }: { readonly range: keyof typeof ranges; readonly file: string },
): Uint8Array {
  if (dtype === 'uint8') return data as Uint8Array;
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw new ToolkitError('bad-npy', `npy: ${file} holds ${dtype}, expected uint8, float32 or float64.`);
  }
  const { low, high, byte } = ranges[range];
  const values = data as Float32Array | Float64Array;
  const out = new Uint8Array(values.length);
  for (const [i, value] of values.entries()) {
    if (!(value >= low && value <= high)) {
      throw new ToolkitError(
        'bad-npy',
        `npy: ${file} has the value ${value}, outside [${low}, ${high}] of range "${range}". Ranges: ${Object.keys(ranges).join(', ')}.`,
      );
    }
    out[i] = byte(value);
  }
  return out;
}

/** Whether floating-point pixels look like brightness from 0 to 1. */
const isWithinUnit = ({ dtype, data }: NpyArray): boolean =>
  dtype !== 'uint8' && (data as Float32Array | Float64Array).every((value) => value >= 0);

/** [N, H, W, C] → [N, C, H, W]. */
function planes({
  bytes,
  count,
  channels,
  pixels,
}: Readonly<Record<'count' | 'channels' | 'pixels', number>> & { readonly bytes: Uint8Array }) {
  const out = new Uint8Array(bytes.length);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < pixels; i++) {
      for (let c = 0; c < channels; c++) out[(n * channels + c) * pixels + i] = bytes[(n * pixels + i) * channels + c]!;
    }
  }
  return out;
}

function labelsOf(
  { dtype, shape, data }: NpyArray,
  { count, file }: { readonly count: number; readonly file: string },
) {
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number);
  if (shape.length !== 1 || numbers.length !== count || numbers.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ToolkitError(
      'bad-npy',
      `npy: ${file} must hold ${count} whole numbers ≥ 0, one per picture, got ${dtype} of shape ${show(shape)}.`,
    );
  }
  return numbers;
}

import { floats, type HostArray, sizeOf } from '../../core/host-array.js';
import { fold, type Key, permutation } from '../../core/random.js';
import { batchSpace } from '../../core/space.js';
import type { DataSet } from '../../data/dataset.js';
import { gather } from '../../data/index.js';
import { type DiffusionModel, type Hspace, hspace, nullLabel, type SemanticChange } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import {
  assemble,
  type DirectionMaterial,
  type DirectionName,
  directions,
  type Features,
} from '../../sampling/index.js';
import type { AttributeExamples } from './examples.js';

/** Methods that read what passes the tap; the others are trained, or look at one picture. */
export type RecordedMethod = Extract<DirectionName, 'mean-difference' | 'logistic' | 'pca'>;

export interface FindDirectionOptions {
  readonly model: DiffusionModel;
  readonly runtime: Runtime;
  readonly data: DataSet;
  readonly tap: string;
  readonly method: RecordedMethod;
  readonly examples: AttributeExamples;
  /** Pictures with the attribute that are looked at, and as many without. */
  readonly count: number;
  readonly times: readonly number[];
  /** One change for each channel, the same at every place, instead of one for each place. */
  readonly pooled: boolean;
  readonly key: Key;
  readonly signal: AbortSignal;
}

type Batch = HostArray<'float32'>;

export interface FoundDirection {
  readonly change: Extract<SemanticChange, { readonly kind: 'fixed' }>;
  /** What the method measured, at each time. */
  readonly values: readonly number[];
  readonly pictures: number;
}

/**
 * A direction by what passes the tap: pictures with and without the attribute are noised to each time, with the same
 * noise for both of a pair, and the method looks at the two groups time by time.
 */
export async function* findDirection(
  options: FindDirectionOptions,
): AsyncGenerator<{ readonly done: number; readonly total: number }, FoundDirection, undefined> {
  const { model, runtime, tap, method, times, pooled, key, signal } = options;
  const { yes, no } = chosen(options);
  using open = hspace({ model, runtime, batch: Math.min(16, yes.length), tap });
  const found: Float64Array[] = [];
  const values: number[] = [];
  for (const [i, t] of times.entries()) {
    signal.throwIfAborted();
    const record = async (pictures: readonly number[]): Promise<Features> => {
      const h = await recorded({ ...options, open, pictures, t, key: fold(key, 'noise', i) });
      return pooled ? overPlaces(h) : floats([pictures.length, sizeOf(open.shape)], h.data);
    };
    const [positive, negative] = [await record(yes), await record(no)];
    const material: DirectionMaterial = {
      with: positive,
      without: negative,
      features: negative,
      key: fold(key, 'method'),
    };
    const [first] = await directions.get(method)().find(material);
    found.push(first!.values);
    values.push(first!.value);
    yield { done: i + 1, total: times.length };
  }
  const shape = pooled ? open.shape.slice(0, 1) : open.shape;
  const all = floats([times.length, ...shape]);
  for (const [i, direction] of found.entries()) all.data.set(direction, i * direction.length);
  return { change: { kind: 'fixed', times, values: all }, values, pictures: yes.length + no.length };
}

/** Pairs where there are any, else as many pictures of each side. */
function chosen({ examples, count, key }: FindDirectionOptions) {
  const some = <T>(list: readonly T[], name: string): readonly T[] =>
    Array.from(permutation(fold(key, name), list.length).subarray(0, count), (i) => list[i]!);
  const { pairs, with: yes, without: no } = examples;
  if (pairs.length === 0) return { yes: some(yes, 'with'), no: some(no, 'without') };
  const own = some(pairs, 'pairs');
  return { yes: own.map((pair) => pair.with!), no: own.map(({ without }) => without) };
}

interface RecordedOptions extends FindDirectionOptions {
  readonly open: Hspace;
  readonly pictures: readonly number[];
  readonly t: number;
}

/** What passes the tap for pictures noised to a time, [n, C, H, W]. */
export async function recorded({ model, data, open, pictures, t, key }: Omit<RecordedOptions, 'examples' | 'method'>) {
  const parts = assemble(model.scheme);
  const level = parts.grid.level(Math.max(0, Math.round(t * parts.grid.count) - 1));
  const { cIn, cNoise } = parts.precondition(level);
  const { x: clean, labels } = gather(data, pictures);
  const space = batchSpace();
  const x = space.lincomb([cIn * level.alpha, clean], [cIn * level.sigma, space.gaussian(clean, key)]);
  const free = nullLabel(model);
  const told =
    model.config.num_class_embeds === null ? null : Array.from(labels, (label) => (label < 0 ? free! : label));
  return (await open.record({ x, cNoise, labels: told })).h;
}

/** Means over places, [N, C]. */
function overPlaces({ shape: [count = 0, channels = 0, ...area], data }: Batch): Features {
  const places = sizeOf(area);
  const out = floats([count, channels]);
  for (let i = 0; i < data.length; i++) out.data[Math.floor(i / places)]! += data[i]! / places;
  return out;
}

import { ToolkitError } from '../../core/errors.js';
import { floats, type HostArray } from '../../core/host-array.js';
import { type OptionSpecs, type Resolved, resolve } from '../../core/options.js';
import { fold, type Key } from '../../core/random.js';
import type { Batch } from '../batches.js';
import type { Item } from '../dataset.js';

/**
 * Augmentation makes more pictures out of few, and can leak in two ways.
 *
 * *Between the splits.* It cannot here: a transform sees one picture of a batch that was already taken from one split,
 * returns a new array, and changes neither the data set nor what belongs to the picture.
 *
 * *Into what is generated.* A model trained on shifted and tinted pictures draws shifted and tinted pictures. Three
 * things stand against it. Mirroring leaves alone what is not itself in the mirror (`Item.mirrorable`). Defaults are
 * small. And every transform says in numbers what it did, zero for nothing: a model that is given these numbers learns
 * the pictures with their changes as a condition, and asked for zeros it draws unchanged ones. Karras et al. 2022,
 * arXiv:2206.00364, Section 5 and Appendix F.2, "non-leaking augmentation".
 */
export interface Transformed {
  readonly image: Float32Array;
  /** What was done, one number for each of the definition's `labels`; all zero when nothing was. */
  readonly label: readonly number[];
}

/** One picture on its way into a batch. */
export interface TransformInput {
  /** [C, H, W] in [−1, 1]; not to be written to. */
  readonly image: Float32Array;
  readonly channels: number;
  readonly size: number;
  readonly item: Item;
  /** Randomness of this picture, this time, for this transform. */
  readonly key: Key;
}

export interface TransformDefinition<S extends OptionSpecs> {
  readonly name: string;
  readonly summary: string;
  readonly options: S;
  /** Names of the numbers that say what was done. */
  readonly labels: readonly string[];
  apply(input: TransformInput, options: Resolved<S>): Transformed;
}

/** A transform with its options settled. */
export interface Transform {
  readonly name: string;
  readonly labels: readonly string[];
  apply(input: TransformInput): Transformed;
}

export interface TransformFactory<S extends OptionSpecs = OptionSpecs> {
  (options?: Partial<Resolved<S>>): Transform;
  readonly definition: TransformDefinition<S>;
}

export function defineTransform<const S extends OptionSpecs>(definition: TransformDefinition<S>): TransformFactory<S> {
  const create = (given?: Partial<Resolved<S>>): Transform => {
    const { name, labels } = definition;
    const options = resolve(name, definition.options, given);
    return { name, labels, apply: (input) => definition.apply(input, options) };
  };
  return Object.assign(create, { definition: Object.freeze(definition) });
}

export interface AugmentOptions {
  readonly transforms: readonly Transform[];
  readonly key: Key;
  /** Where the batch stands in the order: the same picture is changed differently every time it comes. */
  readonly position: number;
}

/** A batch with every picture sent through the transforms in order, and what they did to each: [B, labels]. */
export function augment(
  batch: Batch,
  { transforms, key, position }: AugmentOptions,
): Batch & { readonly changes: HostArray<'float32'> } {
  const [count = 0, channels = 0, size = 1] = batch.x.shape; // a point is a picture of one pixel
  const names = transforms.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw new ToolkitError('bad-option', `augment: the transform "${twice}" is there twice.`);
  const stride = channels * size * size;
  const x = new Float32Array(batch.x.data.length);
  const changes = batch.items.flatMap((item, row) => {
    let image = batch.x.data.subarray(row * stride, (row + 1) * stride);
    const label = transforms.flatMap((transform) => {
      const stream = fold(key, 'augment', transform.name, position + row);
      const result = transform.apply({ image, channels, size, item, key: stream });
      image = result.image;
      return result.label;
    });
    x.set(image, row * stride);
    return label;
  });
  const width = transforms.reduce((sum, { labels }) => sum + labels.length, 0);
  return { ...batch, x: floats(batch.x.shape, x), changes: floats([count, width], changes) };
}

import { type Shape, sizeOf } from '../src/core/host-array.js';
import { bits, fold, key } from '../src/core/random.js';
import { type DataSet, dataSet } from '../src/data/index.js';
import { add, input, mul, reshape, sum, type Tensor } from '../src/graph/index.js';
import type { Objective } from '../src/training/index.js';

/** A loss whose gradients are what is fed as `of/NAME`: Σ p·g. For testing optimisers on given gradients. */
export function givenGradients(parameters: ReadonlyMap<string, Shape>): Objective {
  return {
    parameters,
    losses: (parameter) => {
      const parts = [...parameters].map(([name, shape]) => sum(mul(parameter(name), input(`of/${name}`, shape))));
      return single(parts.reduce((a, b) => add(a, b)));
    },
  };
}

/** One number as the loss of a batch of one. */
export const single = (loss: Tensor): Tensor => reshape(loss, { shape: [1] });

export interface PicturesOptions {
  readonly count: number;
  readonly size?: number;
  readonly classes?: number;
  /** Attributes of picture i; none unless told. */
  readonly attributes?: (i: number) => readonly string[];
}

/** Random pictures, the same every time; the i-th has class i modulo `classes`. */
export function randomPictures({ count, size = 8, classes = 0, attributes = () => [] }: PicturesOptions): DataSet {
  const shape = [count, 3, size, size];
  return dataSet({
    name: 'random',
    sources: [],
    size,
    channels: 3,
    classes: classes === 0 ? null : Array.from({ length: classes }, (_, i) => `class ${i}`),
    images: Uint8Array.from(bits(fold(key(0), 'pictures'), sizeOf(shape)), (word) => word >>> 24),
    items: Array.from({ length: count }, (_, i) => ({
      name: `picture ${i}`,
      label: classes === 0 ? -1 : i % classes,
      caption: '',
      attributes: attributes(i),
      split: 'train',
      mirrorable: true,
    })),
    skipped: [],
  });
}

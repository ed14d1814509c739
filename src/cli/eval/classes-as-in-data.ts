import { show } from '../../core/errors.js';
import { fold, key, permutation } from '../../core/random.js';
import type { DataSet } from '../../data/index.js';
import type { DiffusionModel } from '../../pipelines/index.js';
import { usageError } from '../parse.js';
import { positionsOf } from './chosen-positions.js';

export interface ClassesAsInDataOptions {
  readonly data: DataSet;
  readonly model: Pick<DiffusionModel, 'classes'>;
  /** Side of the data; auto is train. */
  readonly split: string;
  readonly count: number;
  readonly seed: number;
}

/** What `--class data` asks for: the classes of so many entries of the data, each entry once before any comes again. */
export function classesAsInData({ data, model, split, count, seed }: ClassesAsInDataOptions): string {
  const known = new Map(model.classes?.map((name, label) => [name, label]));
  const labels = positionsOf(data, split === 'auto' ? 'train' : split).map((position) => data.item(position).label);
  const names = labels.filter((label) => label >= 0).map((label) => data.classes?.[label]);
  const unknown = names.find((name) => name === undefined || !known.has(name));
  if (names.length === 0 || !model.classes || !data.classes || unknown !== undefined) {
    const why = !model.classes
      ? 'this model has no classes'
      : !data.classes
        ? `${data.name} has no classes`
        : `the model does not know the class ${show(unknown ?? 'none')} of ${data.name}`;
    throw usageError(
      `eval: --class data needs classes that model and data share, and ${why}. Name some, or leave it out.`,
    );
  }
  const order = permutation(fold(key(seed), 'eval', 'classes'), names.length);
  return Array.from({ length: count }, (_, i) => names[order[i % order.length]!]).join(',');
}

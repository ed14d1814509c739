import { ToolkitError } from '../../core/errors.js';
import { concatRows, type HostArray } from '../../core/host-array.js';
import { choice, integer, text } from '../../core/options.js';
import { fold, key, permutation } from '../../core/random.js';
import { gather, isPoints, splitIndices } from '../../data/index.js';
import { type DiffusionModel, isPointModel, pictureShape } from '../../pipelines/index.js';
import { copiesOf, readSource } from '../edit/edit-source.js';
import { usageError } from '../parse.js';
import type { Output } from '../terminal/output.js';
import { loadData } from '../train/load-data.js';

/** Where pictures come from, when they are not files. */
export const inputOptions = {
  data: text({
    default: null,
    placeholder: 'DATA',
    help: 'Pictures of a data set, as in emoji:noto/faces, in place of files.',
  }),
  split: choice(['held-out', 'train', 'val', 'test', 'all'], {
    default: 'held-out',
    help: 'The side of the data set; held-out is val and test.',
  }),
  count: integer({ default: 8, min: 1, max: 10_000, help: 'How many pictures of the data set, chosen by the seed.' }),
};

/** A picture file as a recipe names it. */
export interface SourceFile {
  readonly path: string;
  readonly sha256: string;
}

/** Pictures to work on, with what is known of them. */
export interface InputPictures {
  /** [N, C, H, W] in the size of the model. */
  readonly pictures: HostArray<'float32'>;
  readonly names: readonly string[];
  /** Names of the classes they are of, where their data says so. */
  readonly classes: readonly (string | null)[];
  readonly sources: readonly SourceFile[];
}

export interface ReadInputOptions {
  readonly who: string;
  readonly files: readonly string[];
  readonly options: {
    readonly data: string | null;
    readonly split: 'held-out' | 'train' | 'val' | 'test' | 'all';
    readonly count: number;
    readonly seed: number;
  };
  readonly model: DiffusionModel;
  readonly out: Output;
  readonly signal: AbortSignal;
}

/** Pictures of files, or of a data set, as the model takes them. */
export async function readInput({ who, files, options, model, out, signal }: ReadInputOptions): Promise<InputPictures> {
  if (isPointModel(model)) throw usageError(`${who}: this model makes points, and pictures are wanted.`);
  if (files.length > 0 && options.data !== null) {
    throw usageError(`${who}: pictures come from files or from --data, got both. Leave one out.`);
  }
  if (files.length > 0) return fromFiles({ files, model, out });
  if (options.data === null) throw usageError(`${who} needs pictures: name files, or a data set with --data.`);

  const [channels, height] = pictureShape(model);
  const data = await loadData({ data: options.data, size: height, channels, out, signal });
  if (isPoints(data) || data.shape.join() !== pictureShape(model).join()) {
    throw new ToolkitError(
      'bad-data',
      `${who}: ${data.name} has samples of ${data.shape.join(' × ')}, and the model takes ${pictureShape(model).join(' × ')}.`,
    );
  }
  const { split, count, seed } = options;
  const sides = split === 'held-out' ? (['val', 'test'] as const) : ([split] as const);
  const all = sides.flatMap((side) => [...splitIndices(data, side)]);
  if (all.length === 0) {
    throw new ToolkitError(
      'empty-data',
      `${who}: ${data.name} has nothing in its ${split} split. Take another --split.`,
    );
  }
  const order = permutation(fold(key(seed), who, split), all.length);
  const chosen = Array.from(order.subarray(0, count), (i) => all[i]!);
  const { x, items } = gather(data, chosen);
  return {
    pictures: x,
    names: items.map(({ name, label }) => (label < 0 ? name : `${data.classes![label]!} ${name}`)),
    classes: items.map(({ label }) => (label < 0 ? null : data.classes![label]!)),
    sources: [],
  };
}

/** Pictures of files, brought to the size of the model; says so of each that has another. */
async function fromFiles({
  files,
  model,
  out,
}: Pick<ReadInputOptions, 'files' | 'model' | 'out'>): Promise<InputPictures> {
  const [, height, width] = pictureShape(model);
  const sources = await Promise.all(files.map((file) => readSource(file, model)));
  for (const { path, picture } of sources) {
    if (picture.width === width && picture.height === height) continue;
    out.say(
      `${path} is ${picture.width} × ${picture.height} pixels: it is brought to ${width} × ${height}, ` +
        'and the result stays at that size.',
    );
  }
  return {
    pictures: concatRows(await Promise.all(sources.map((source) => copiesOf(source, { width, height }, 1)))),
    names: files,
    classes: files.map(() => null),
    sources: sources.map(({ path, sha256 }) => ({ path, sha256 })),
  };
}

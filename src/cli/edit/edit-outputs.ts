import { extname, join } from 'node:path';

import { show } from '../../core/errors.js';
import { floats, type HostArray, rows } from '../../core/host-array.js';
import { writeGif } from '../../files/gif.js';
import { writeNpy } from '../../files/npy.js';
import { fromBatch, type Picture } from '../../files/picture.js';
import { writePng } from '../../files/png.js';
import { strip, withChannels } from '../../files/strip.js';
import { usageError } from '../parse.js';
import { numberedFile, pictureOutputKind } from '../sample/outputs.js';
import type { EditOptions, EditProgress } from './define-edit-kind.js';
import { refuseOverwriting } from './kept-inputs.js';
import type { Edited } from './run-edit.js';

type Batch = HostArray<'float32'>;

/** Results shown beside the source, at most. */
const shown = 8;

type OutputsOptions = Pick<EditOptions, 'out' | 'strip' | 'gif' | 'previews' | 'to' | 'mask' | 'conditionImage'>;

/** Wrong names of outputs, before anything is computed. */
export function refuseOutputs(
  picture: string,
  { out, strip: beside, gif, previews, to, mask, conditionImage }: OutputsOptions,
): void {
  pictureOutputKind(out, 'edit');
  for (const [option, file, ending] of [
    ['--strip', beside, '.png'],
    ['--gif', gif, '.gif'],
  ] as const) {
    if (file !== null && extname(file).toLowerCase() !== ending) {
      throw usageError(`edit: ${option} must end in ${ending}, got ${show(file)}.`);
    }
  }
  refuseOverwriting({
    owner: 'edit',
    inputs: [
      ['its own source', picture],
      ['the picture of --to', to],
      ['the mask', mask],
      ['the picture of --condition-image', conditionImage],
    ],
    outputs: [
      ['--out', out],
      ['--strip', beside],
      ['--gif', gif],
      ['--previews', previews],
    ],
  });
}

/** Collects the way for a GIF, and writes previews while the work goes on. */
export function watcher({ gif, previews, scale }: Pick<EditOptions, 'gif' | 'previews' | 'scale'>) {
  const frames: Batch[] = [];
  let next = 0;
  const watch = async ({ done, total, first, denoised }: EditProgress): Promise<void> => {
    if (first > 0) return;
    const few = rows(denoised, 0, Math.min(shown, denoised.shape[0]!));
    if (gif !== null) frames.push(few);
    if (previews === null || (done < next && done < total)) return;
    next = done + total / 10;
    const pictures = fromBatch(few);
    const file = join(previews, `${String(done).padStart(5, '0')}.png`);
    await writePng(file, strip([pictures], { scale: scale ?? scaleFor(pictures) }));
  };
  return { frames, watch };
}

/** Small pictures are shown at about 128 pixels. */
const scaleFor = (pictures: readonly Picture[]): number =>
  Math.max(1, Math.round(128 / Math.max(...pictures.map(({ width, height }) => Math.max(width, height)))));

export interface WriteEditOptions {
  readonly edited: Edited;
  readonly frames: readonly Batch[];
  readonly options: EditOptions;
  readonly recipe: Readonly<Record<string, unknown>>;
}

/** Writes the result, and before and after beside each other where asked; returns the files. */
export async function writeEdit({ edited, frames, options, recipe }: WriteEditOptions): Promise<readonly string[]> {
  const { pictures, values } = edited;
  const files = [...(await writeResults({ pictures, values, out: options.out, recipe }))];
  const before = beforeOf(edited);
  const after = pictures.slice(0, shown);
  const scale = options.scale ?? scaleFor([...before, ...after]);
  if (options.strip !== null) {
    await writePng(options.strip, strip([[...before, ...after]], { scale }), { recipe });
    files.push(options.strip);
  }
  if (options.gif !== null) {
    const way = [...frames.map((frame) => fromBatch(frame)), after];
    const [first = edited.source.picture] = before;
    const { width, height } = largest([first, ...way.flat()]);
    const fixed = floats([1, 1, height, width]); // keeps every frame of one size
    const blank = fromBatch(fixed)[0]!;
    const each = way.map((results) => strip([[first, ...results].map((one) => opaque(one))], { scale }));
    const same = each.every((one) => one.width === each[0]!.width && one.height === each[0]!.height);
    await writeGif(
      options.gif,
      same ? each : way.map((results) => strip([[first, ...results, blank].map((one) => opaque(one))], { scale })),
      { recipe },
    );
    files.push(options.gif);
  }
  return files;
}

const opaque = (picture: Picture): Picture => withChannels(picture, 3);

const largest = (pictures: readonly Picture[]) => ({
  width: Math.max(...pictures.map(({ width }) => width)),
  height: Math.max(...pictures.map(({ height }) => height)),
});

interface WriteResults {
  readonly out: string;
  readonly pictures: readonly Picture[];
  readonly values: Batch;
  readonly recipe: Readonly<Record<string, unknown>>;
}

async function writeResults({ out, pictures, values, recipe }: WriteResults): Promise<readonly string[]> {
  const kind = pictureOutputKind(out, 'edit');
  if (kind === 'numbers') {
    await writeNpy(out, values);
    return [out];
  }
  if (kind === 'files') {
    const files = pictures.map((_, i) => numberedFile(out, i));
    for (const [i, file] of files.entries()) await writePng(file, pictures[i]!, { recipe: { ...recipe, index: i } });
    return files;
  }
  const [only] = pictures;
  await writePng(out, pictures.length === 1 ? only! : strip([pictures], { padding: 1 }), { recipe });
  return [out];
}

/** The source as it was, and where there is a mask the source with what may change left grey. */
function beforeOf({ source: { picture }, mask }: Edited): readonly Picture[] {
  if (mask === null) return [picture];
  const { width, height, channels, data } = withChannels(picture, 3);
  const hole = Uint8Array.from(data, (byte, i) => {
    const m = mask.data[Math.floor(i / channels)]!;
    return Math.round(m * 128 + (1 - m) * byte);
  });
  return [picture, { width, height, channels, data: hole }];
}

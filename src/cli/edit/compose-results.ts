import { floats, type HostArray } from '../../core/host-array.js';
import { compose } from '../../files/compose.js';
import { fromArray, fromBatch, type Picture, toArray } from '../../files/picture.js';
import { resize } from '../../files/resize.js';
import { withChannels } from '../../files/strip.js';
import { maskFor } from '../../sampling/index.js';
import type { PreparedEdit, Size } from './define-edit-kind.js';
import { sizedMask } from './edit-mask.js';
import type { Source } from './edit-source.js';

type Batch = HostArray<'float32'>;

export interface ComposingOptions {
  /** The numbers the model made, [N, C, H, W]. */
  readonly values: Batch;
  /** The source as the model was given it, as many times as there are results. */
  readonly given: Batch;
  readonly source: Source;
  /** [H, W] in the size of the source, where there is one. */
  readonly mask: Batch | null;
  readonly canvas: PreparedEdit['canvas'];
  /** Whether results are brought back to the size of the source. */
  readonly fits: boolean;
}

/**
 * Results as bytes: put into the source where something must stay, else brought to its size and given its transparency.
 * What has every number that the model was given is the source itself.
 */
export async function composed(options: ComposingOptions): Promise<readonly Picture[]> {
  const { values, given, source, mask, canvas, fits } = options;
  const { picture } = source;
  const made = fromBatch(values);
  const isSame = values.shape.join() === given.shape.join();
  const size = values.data.length / made.length;
  const [height = 0, width = 0] = given.shape.slice(2);
  const larger = canvas && (await onCanvas({ picture, mask, size: { width, height }, place: canvas.place }));
  return Promise.all(
    made.map(async (edited, row) => {
      const place = row * size;
      const own = values.data.subarray(place, place + size);
      if (isSame && own.every((value, i) => value === given.data[place + i])) return picture;
      if (larger !== null) return put({ ...larger, edited });
      return put({ source: picture, mask, edited: fits ? await resize(edited, picture) : edited });
    }),
  );
}

interface OnCanvas {
  readonly picture: Picture;
  readonly mask: Batch | null;
  /** The size the source is edited at. */
  readonly size: Size;
  readonly place: NonNullable<PreparedEdit['canvas']>['place'];
}

/** The source with every channel it has, and what may change, where the edit puts them on its canvas. */
async function onCanvas({ picture, mask, size, place }: OnCanvas): Promise<Omit<Putting, 'edited'>> {
  const { shape, data } = toArray(await resize(picture, size));
  const one = [1, ...shape];
  const on = place({ source: floats(one, data), mask: mask && maskFor(sizedMask(mask, size), one) });
  const [, , height = 0, width = 0] = on.source.shape;
  return {
    source: fromArray(floats(on.source.shape.slice(1), on.source.data)),
    mask: on.mask && floats([height, width], on.mask.data.slice(0, height * width)),
  };
}

interface Putting {
  readonly source: Picture;
  /** [H, W]; null where everything may change. */
  readonly mask: Batch | null;
  readonly edited: Picture;
}

/** An edited picture in the place of its source: inside of the mask, or all of it but the transparency. */
const put = ({ source, mask, edited }: Putting): Picture =>
  mask === null ? withAlphaOf(source, edited) : compose({ source, edited, mask });

/** An edited picture with the transparency of its source, where that has some. */
function withAlphaOf(source: Picture, edited: Picture): Picture {
  const { width, height, channels, data } = source;
  if (channels % 2 !== 0 || edited.channels % 2 === 0 || edited.width !== width || edited.height !== height) {
    return edited;
  }
  const out = withChannels(edited, 4);
  for (let i = 0; i < width * height; i++) out.data[i * 4 + 3] = data[i * channels + channels - 1]!;
  return out;
}

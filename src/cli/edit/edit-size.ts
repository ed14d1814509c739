import { ToolkitError } from '../../core/errors.js';
import { type DiffusionModel, pictureShape } from '../../pipelines/index.js';
import { usageError } from '../parse.js';
import { figure } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';
import type { EditKind, EditOptions, Size } from './define-edit-kind.js';
import type { Source } from './edit-source.js';

export interface EditSizeOptions {
  readonly kind: EditKind;
  readonly own: Readonly<Record<string, unknown>>;
  readonly model: DiffusionModel;
  readonly options: Pick<EditOptions, 'fit' | 'mask'>;
  readonly source: Source;
  readonly out: Output;
}

/** The size the source is edited at; says so where it is another than its own, or refuses what must keep its own. */
export function editSize({ kind, own, model, options, source, out }: EditSizeOptions): Size {
  const { width, height } = source.picture;
  if (options.fit === 'none') return { width, height };
  const [, modelHeight, modelWidth] = pictureShape(model);
  const usual = { width: modelWidth, height: modelHeight };
  const size = kind.sourceSize?.(usual, own) ?? usual;
  if (!Number.isInteger(size.width) || !Number.isInteger(size.height)) {
    throw usageError(
      `edit: ${kind.name} of this factor needs a picture of ${figure(size.width)} × ${figure(size.height)} pixels. ` +
        'Take a factor that divides the size of the model.',
    );
  }
  if (size.width === width && size.height === height) return size;
  if (kind.atOwnSize) {
    throw new ToolkitError(
      'bad-size',
      `edit: ${kind.name} keeps the bytes of ${source.path}, which is ${width} × ${height} where the model takes ` +
        `${size.width} × ${size.height}. Bring it to that size first, or take ` +
        `${kind.atOwnSize({ model, size: { width, height } }, own)}.`,
    );
  }
  const whole = kind.sourceSize ? 'made larger from there' : 'the result is brought back';
  const back = options.mask === null ? whole : 'what may change is brought back';
  out.say(
    `${source.path} is ${width} × ${height} pixels: it is edited at ${size.width} × ${size.height}, and ${back}.`,
  );
  return size;
}

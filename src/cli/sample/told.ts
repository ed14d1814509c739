import { floats } from '../../core/host-array.js';
import { text } from '../../core/options.js';
import { decodeImage } from '../../files/image.js';
import { enlarge, type Picture, toArray } from '../../files/picture.js';
import { readBytes, sha256 } from '../../files/read-bytes.js';
import {
  type Asked,
  type AskedAttribute,
  attributeRow,
  bindConditions,
  conditionOf,
  type DiffusionModel,
  type GivenPicture,
  pictureShape,
} from '../../pipelines/index.js';
import { usageError } from '../parse.js';

/** What models that are told more than a class can be asked for. */
export const toldOptions = {
  attributes: text({
    default: null,
    placeholder: 'LIST',
    help: "Attributes to be there, joined by commas, for models told attributes: 'tone:dark, who:woman'; 'not mouth:open' for one that must not. Several lists are parted by a semicolon.",
  }),
  conditionImage: text({
    default: null,
    placeholder: 'FILE',
    help: 'The picture to enlarge, to colour, or whose transparent part to fill, for models told an image.',
  }),
};

/** What a recipe says of it; null where the options say nothing. */
export interface Told {
  readonly attributes?: string;
  readonly conditionImage?: { readonly path: string; readonly sha256: string };
}

export interface ToldModel {
  /** The model, its classes now what was asked for. */
  readonly model: DiffusionModel;
  /** The classes to ask it for, as `--class` names them; null to leave them as they are. */
  readonly classes: string | null;
  readonly told: Told | null;
  /** What is worth a line before the work; left out where nothing is. */
  readonly note?: string;
}

export interface ToldModelOptions {
  readonly attributes: string | null;
  readonly conditionImage: string | null;
}

/** Tells a model what the options say: afterwards it is one with classes, each of which is one thing told. */
export async function tellModel(
  model: DiffusionModel,
  options: ToldModelOptions,
  owner = 'sample',
): Promise<ToldModel> {
  const { attributes, conditionImage } = options;
  if (attributes === null && conditionImage === null) return { model, classes: null, told: null };
  const kind = attributes === null ? 'image' : 'vector';
  if ((attributes !== null && conditionImage !== null) || model.condition?.kind !== kind) {
    const flag = attributes === null ? '--condition-image' : '--attributes';
    const wanted = attributes === null ? 'an image' : 'attributes';
    throw usageError(`${owner}: ${flag} is for models that are told ${wanted}, and this one is told ${toldBy(model)}.`);
  }
  if (attributes !== null) {
    const asked = parseAttributes(attributes, model.condition.names ?? []);
    return bound(model, asked, { attributes });
  }
  const { value, sha256, isOpaque } = await imageFor(model, conditionImage!);
  const found = bound(model, [{ name: conditionImage!, value }], { conditionImage: { path: conditionImage!, sha256 } });
  if (!isOpaque || model.condition.name !== 'image:inpaint') return found;
  return { ...found, note: `${conditionImage!} is opaque everywhere: there is nothing to fill.` };
}

function toldBy({ condition, classes }: DiffusionModel): string {
  if (condition) return `${condition.name}. Use ${condition.kind === 'image' ? '--condition-image' : '--attributes'}`;
  return classes ? 'a class. Use --class' : 'nothing. Leave it out';
}

const bound = (model: DiffusionModel, asked: readonly Asked[], told: Told): ToldModel => ({
  model: bindConditions(model, asked),
  classes: asked.map((_, label) => label).join(','),
  told,
});

/** `tone:dark, not mouth:open; who:man` as one row for each list. */
export function parseAttributes(list: string, names: readonly string[]): readonly Asked[] {
  const lists = list.split(';').map((part) => part.trim());
  return lists.map((part) => {
    const asked = part.split(',').map((word): AskedAttribute => {
      const [, not, name = ''] = /^(not\s+)?(.*)$/.exec(word.trim())!;
      return { name: name.trim(), there: not === undefined };
    });
    return { name: part, value: attributeRow(names, asked) };
  });
}

/** What a file tells a model: at its own size, or smaller by a whole factor as pictures to enlarge are. */
async function imageFor(model: DiffusionModel, path: string) {
  const bytes = await readBytes(path);
  const [channels, size] = pictureShape(model);
  const own = await decodeImage(bytes, { name: path, channels: 4 });
  const factor = size / own.width;
  const isSmaller = own.width === own.height && Number.isInteger(factor);
  const isOpaque = own.data.every((byte, i) => i % 4 !== 3 || byte > 127);
  const picture = isSmaller ? enlarge(own, factor) : await decodeImage(bytes, { name: path, channels: 4, size });
  return {
    value: conditionOf(model.condition!).given(givenPicture(picture, channels)),
    sha256: sha256(bytes),
    isOpaque,
  };
}

/** RGBA as the picture a model sees, on white, and where it is opaque. */
function givenPicture(rgba: Picture, channels: number): GivenPicture {
  const planes = toArray(rgba).data;
  const size = rgba.width * rgba.height;
  const shape = [rgba.height, rgba.width];
  const alpha = Float32Array.from(planes.subarray(3 * size), (value) => (value + 1) / 2);
  const flat = (c: number, i: number): number => alpha[i]! * planes[c * size + i]! + 1 - alpha[i]!;
  const value = (i: number): number => {
    const [c, at] = [Math.floor(i / size), i % size];
    if (channels === 1) return 0.299 * flat(0, at) + 0.587 * flat(1, at) + 0.114 * flat(2, at); // BT.601
    return c === 3 ? planes[i]! : flat(c, at);
  };
  return {
    x: floats(
      [1, channels, ...shape],
      Float32Array.from({ length: channels * size }, (_, i) => value(i)),
    ),
    opaque: floats(
      [1, 1, ...shape],
      alpha.map((a) => (a > 0.5 ? 1 : 0)),
    ),
  };
}

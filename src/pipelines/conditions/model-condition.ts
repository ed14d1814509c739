import { floats, type HostArray, sizeOf } from '../../core/host-array.js';
import { type OptionSpecs, type Resolved, resolve } from '../../core/options.js';
import { fold, type Key, key, uniforms } from '../../core/random.js';
import type { Item } from '../../data/index.js';
import { type ConditionConfig, parseConditionConfig } from '../../nn/index.js';

type Batch = HostArray<'float32'>;

/** Pictures that a network is to be told about. */
export interface ToldPictures {
  /** The clean pictures, [B, C, H, W]. */
  readonly x: Batch;
  readonly items: readonly Pick<Item, 'attributes' | 'kinds'>[];
  /** Randomness of this batch, for what is told in part. */
  readonly key: Key;
}

/** What a condition is made for. */
export interface ConditionSubject {
  /** Channels of the pictures. */
  readonly channels: number;
  /** Side of the pictures. */
  readonly size: number;
  /** Attributes of the data, in order. */
  readonly attributes: readonly string[];
}

export interface ModelConditionDefinition<S extends OptionSpecs> {
  readonly name: string;
  readonly summary: string;
  readonly kind: ConditionConfig['kind'];
  readonly options: S;
  /** Numbers or channels, and what they say; refuses data that has nothing to tell. */
  settle(subject: ConditionSubject, options: Resolved<S>): Pick<ConditionConfig, 'width' | 'names'>;
  /** What is told of some pictures: [B, K] or [B, C, H, W]. Zeros say nothing. */
  of(pictures: ToldPictures, config: ConditionConfig, options: Resolved<S>): Batch;
  /** What is told by one picture that somebody gives: for images, where it is not what training tells of it. */
  given?(picture: GivenPicture, config: ConditionConfig, options: Resolved<S>): Batch;
}

/** A picture that somebody gives in order to have another one made of it. */
export interface GivenPicture {
  /** [1, C, H, W] with the channels of the model. */
  readonly x: Batch;
  /** [1, 1, H, W]: 1 where it is opaque, 0 where it is transparent. */
  readonly opaque: Batch;
}

/** A condition with everything settled. */
export interface ModelCondition {
  readonly config: ConditionConfig;
  /** What is told of some pictures. */
  of(pictures: ToldPictures): Batch;
  /** What is told by one picture. */
  given(picture: GivenPicture): Batch;
}

/** What a model can be told beside the noise level and a class. */
export interface ModelConditionEntry<S extends OptionSpecs = OptionSpecs> {
  readonly definition: ModelConditionDefinition<S>;
  /** For a new model of some data. */
  create(subject: ConditionSubject, options?: Partial<Resolved<S>>): ModelCondition;
  /** As the config of a model says. */
  restore(config: ConditionConfig): ModelCondition;
}

export function defineModelCondition<const S extends OptionSpecs>(
  definition: ModelConditionDefinition<S>,
): ModelConditionEntry<S> {
  const { name, kind } = definition;
  const withOptions = (config: ConditionConfig, options: Resolved<S>): ModelCondition =>
    Object.freeze<ModelCondition>({
      config,
      of: (pictures) => definition.of(pictures, config, options),
      given: (picture) =>
        definition.given?.(picture, config, options) ??
        definition.of({ x: picture.x, items: [], key: key(0) }, config, options),
    });
  return Object.freeze({
    definition: Object.freeze(definition),
    create(subject: ConditionSubject, given: Partial<Resolved<S>> = {}) {
      const options = resolve(name, definition.options, given);
      return withOptions(
        parseConditionConfig({ name, kind, options, ...definition.settle(subject, options) }),
        options,
      );
    },
    restore: (config: ConditionConfig) =>
      withOptions(config, resolve(name, definition.options, config.options as Partial<Resolved<S>>)),
  });
}

export interface HideOptions {
  readonly key: Key;
  /** Share of pictures of which nothing is told. */
  readonly share: number;
}

/**
 * What is told with some of it hidden, so that one network learns with and without. Of a share of pictures nothing is told,
 * which is what guidance compares with: Ho & Salimans 2022 (arXiv:2207.12598), Section 3.2. Of the others each number of a
 * vector is hidden with a probability that is itself uniform from picture to picture: whoever asks for one attribute
 * of thirty asks for what was trained.
 */
export function hidden(told: Batch, { key, share }: HideOptions): Batch {
  const [count = 0, ...rest] = told.shape;
  const size = sizeOf(rest);
  const whole = uniforms(fold(key, 'whole'), count);
  const isVector = rest.length === 1;
  const rates = isVector ? uniforms(fold(key, 'rates'), count) : [];
  const parts = isVector ? uniforms(fold(key, 'parts'), count * size) : [];
  const data = told.data.map((value, i) => {
    const row = Math.floor(i / size);
    if (whole[row]! < share) return 0;
    return isVector && parts[i]! < rates[row]! ? 0 : value;
  });
  return floats(told.shape, data);
}

/** An image and a further channel of ones: so much is told of it. Zeros in all of them tell nothing. */
export function withPresence(image: Batch, presence?: Batch): Batch {
  const [count = 0, channels = 0, ...sides] = image.shape;
  const plane = sizeOf(sides);
  const out = floats([count, channels + 1, ...sides]);
  for (let b = 0; b < count; b++) {
    out.data.set(image.data.subarray(b * channels * plane, (b + 1) * channels * plane), b * (channels + 1) * plane);
    const last = out.data.subarray((b * (channels + 1) + channels) * plane, (b + 1) * (channels + 1) * plane);
    if (presence) last.set(presence.data.subarray(b * plane, (b + 1) * plane));
    else last.fill(1);
  }
  return out;
}

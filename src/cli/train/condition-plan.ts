import type { HostArray } from '../../core/host-array.js';
import { fold, type Key } from '../../core/random.js';
import { didYouMean } from '../../core/text.js';
import { type DataSet, isPoints } from '../../data/dataset.js';
import type { Batch } from '../../data/index.js';
import type { ConditionConfig } from '../../nn/index.js';
import { conditionOf, conditions, hidden, type ModelConditionEntry } from '../../pipelines/index.js';
import { usageError } from '../parse.js';
import { chosenAttributes } from './chosen-attributes.js';
import { asMistakeIn, type Factory, named } from './named.js';
import type { TrainOptions } from './plan.js';

/** What the model of a run is told beside the noise level. */
export interface ConditionPlan {
  /** The classes it tells apart; null for none. */
  readonly classes: readonly string[] | null;
  /** What it is told in the place of a class; null for nothing. */
  readonly condition: ConditionConfig | null;
}

/** Names of `--condition`, beside those of the registry. */
const plain = ['none', 'class'] as const;

/** All that `--condition` can be, without options. */
export const conditionNames: readonly string[] = [...plain, ...conditions.names];

type Told = Pick<TrainOptions, 'condition' | 'attributes'>;

/** Settles what a model is told: the classes of the data where it has any, unless told. */
export function conditionPlan({ condition: text, attributes }: Told, data: DataSet): ConditionPlan {
  const nothing = { classes: null, condition: null };
  if (attributes !== null && text !== 'attributes') {
    throw usageError('train: --attributes is for --condition attributes, or for classifiers of attributes.');
  }
  if (text === 'none') return nothing;
  if (text === null) return { ...nothing, classes: data.classes };
  if (text === 'class') {
    if (data.classes) return { ...nothing, classes: data.classes };
    throw usageError(
      `train: --condition class needs classes, and ${data.name} has none. Sort the pictures into folders.`,
    );
  }
  const { name, options } = parsed(text);
  if (isPoints(data)) throw usageError(`train: --condition ${name} is for pictures; points have classes at most.`);
  const entry = conditions.get(name) as unknown as ModelConditionEntry;
  const told = name === 'attributes' ? chosenAttributes('train', data, attributes).map((one) => one.name) : [];
  const subject = { channels: data.channels, size: data.size, attributes: told };
  return { ...nothing, condition: asMistakeIn('condition', () => entry.create(subject, options as never)).config };
}

/** `image:super-resolution:factor=2` as a name, which may have a colon in it, and options. */
function parsed(text: string): { readonly name: string; readonly options: Readonly<Record<string, unknown>> } {
  const name = conditions.names.find((known) => text === known || text.startsWith(`${known}:`)) ?? text;
  if (!conditionNames.includes(name)) {
    const known = `${didYouMean(name, conditionNames)} Known: ${conditionNames.join(', ')}.`;
    throw usageError(`Unknown condition "${name}".${known}`);
  }
  const registry = { get: (known: string): Factory => conditions.get(known) as unknown as Factory };
  const { options } = named({
    option: 'condition',
    registry: { get: () => registry.get(name) },
    text: text.slice(name.length) === '' ? 'condition' : `condition${text.slice(name.length)}`,
  });
  return { name, options };
}

export interface ConditionFeedOptions {
  readonly batch: Pick<Batch, 'x' | 'items'>;
  readonly key: Key;
  /** Share of pictures of which nothing is told; 0 also tells every attribute there is. */
  readonly share: number;
}

/** What is fed as `condition` for some pictures. */
export function conditionFeed(
  config: ConditionConfig,
  { batch, key, share }: ConditionFeedOptions,
): HostArray<'float32'> {
  const told = conditionOf(config).of({ ...batch, key: fold(key, 'condition') });
  return share === 0 ? told : hidden(told, { key: fold(key, 'hidden'), share });
}

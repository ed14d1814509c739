import { show, ToolkitError } from '../core/errors.js';
import { didYouMean } from '../core/text.js';

/** One key of a model's `config.json`: its default, what it accepts, and that in words. */
export interface Field<T> {
  readonly default: T;
  readonly accepts: (value: unknown) => boolean;
  readonly expects: string;
  /** For one of a closed list of names: the nearest to one that is none, as the end of a sentence. */
  readonly hint?: (value: unknown) => string;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

/** Keys with a leading underscore belong to the file rather than to the model; they are kept as they are. */
type FileKeys = { readonly [key: `_${string}`]: unknown };

/** A validated config: every key of the model, plus the underscored ones that came with it. */
export type Config<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never } & FileKeys;

const isWhole = (min: number) => (value: unknown) => Number.isInteger(value) && (value as number) >= min;

export const whole = (initial: number, min = 1): Field<number> => ({
  default: initial,
  accepts: isWhole(min),
  expects: `an integer ≥ ${min}`,
});

export const real = (initial: number, min: number, max = Infinity): Field<number> => ({
  default: initial,
  accepts: (value) => typeof value === 'number' && value >= min && value <= max,
  expects: max === Infinity ? `a number ≥ ${min}` : `a number in [${min}, ${max}]`,
});

export const truth = (initial: boolean): Field<boolean> => ({
  default: initial,
  accepts: (value) => typeof value === 'boolean',
  expects: 'true or false',
});

export const oneOf = <const V extends string>(values: readonly V[], initial: NoInfer<V>): Field<V> => ({
  default: initial,
  accepts: (value) => values.includes(value as V),
  expects: `one of ${values.join(', ')}`,
  hint: (value) => (typeof value === 'string' ? didYouMean(value, values) : ''),
});

export const listOf = <T>(item: Field<T>, initial: readonly NoInfer<T>[]): Field<readonly T[]> => ({
  default: initial,
  accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(item.accepts),
  expects: `a list, each entry ${item.expects}`,
  hint: (value) => hintFor(item, Array.isArray(value) ? value.find((entry) => !item.accepts(entry)) : undefined),
});

export const orNull = <T>(field: Field<T>, initial: T | null = null): Field<T | null> => ({
  default: initial,
  accepts: (value) => value === null || field.accepts(value),
  expects: `${field.expects}, or null`,
  hint: (value) => hintFor(field, value),
});

const hintFor = <T>({ hint }: Field<T>, value: unknown): string => hint?.(value) ?? '';

export interface ParseConfigOptions {
  /** Is told of keys that are not known, which are left out then; without it they are refused. */
  readonly ignored?: (sentence: string) => void;
}

/** Fills in defaults and rejects wrong values and, unless it is told otherwise, unknown keys, in a sentence with the key. */
export function parseConfig<F extends Fields>(
  owner: string,
  fields: F,
  given: unknown,
  { ignored }: ParseConfigOptions = {},
): Config<F> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ToolkitError('bad-config', `${owner} config must be a JSON object, got ${show(given)}.`);
  }
  const values = given as Readonly<Record<string, unknown>>;
  const ownClass = values['_class_name'];
  if (ownClass !== undefined && ownClass !== owner) {
    throw new ToolkitError('bad-config', `This config is of a ${show(ownClass)}, expected "${owner}".`);
  }
  for (const key of Object.keys(values)) {
    if (key.startsWith('_') || Object.hasOwn(fields, key)) continue;
    const unknown = `${owner} config has no key "${key}"`;
    const hint = didYouMean(key, Object.keys(fields));
    if (!ignored) {
      throw new ToolkitError('bad-config', `${unknown}.${hint} Remove it, or use a model that knows it.`);
    }
    ignored(`${unknown}: it is ignored.${hint}`);
  }
  const known = Object.entries(fields).map(([key, field]) => {
    const value = values[key] === undefined ? field.default : values[key];
    if (field.accepts(value)) return [key, value];
    const wrong = `${owner} config: ${key} must be ${field.expects}, got ${show(value)}.`;
    throw new ToolkitError('bad-config', `${wrong}${hintFor(field, value)}`);
  });
  const kept = Object.entries(values).filter(([key]) => key.startsWith('_'));
  return Object.freeze(Object.fromEntries([...known, ...kept])) as Config<F>;
}

/** The release whose file formats are followed; recorded in files that came from nowhere else. */
export const diffusersVersion = '0.40.0.dev0';

/** JSON as diffusers writes it: two spaces, sorted keys, a line break at the end, the class and version recorded. */
export function formatConfig(className: string, config: Readonly<Record<string, unknown>>): string {
  const all: Record<string, unknown> = { _diffusers_version: diffusersVersion, ...config, _class_name: className };
  const sorted = Object.fromEntries(
    Object.keys(all)
      .sort()
      .map((key) => [key, all[key]]),
  );
  return `${JSON.stringify(sorted, null, 2)}\n`;
}

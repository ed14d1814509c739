import { show, ToolkitError } from './errors.js';
import { didYouMean } from './text.js';

/** One declared option. From it come the type, the run-time check, the CLI flag and the row in the reference. */
export type OptionSpec = NumberOption | ChoiceOption | FlagOption | TextOption;

export interface NumberOption<D extends number | null = number | null> {
  readonly kind: 'number';
  readonly default: D;
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
  readonly help: string;
}

export interface ChoiceOption<Value extends string = string> {
  readonly kind: 'choice';
  readonly default: Value;
  readonly values: readonly Value[];
  readonly help: string;
}

export interface FlagOption {
  readonly kind: 'flag';
  readonly default: boolean;
  readonly help: string;
}

export interface TextOption<D extends string | null = string | null> {
  readonly kind: 'text';
  readonly default: D;
  /** What stands for the value in a usage line, for example `DIR`. */
  readonly placeholder: string;
  readonly help: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type Value<O extends OptionSpec> =
  O extends ChoiceOption<infer V>
    ? V
    : O extends FlagOption
      ? boolean
      : O extends NumberOption<infer D>
        ? number | (null extends D ? null : never)
        : O extends TextOption<infer D>
          ? string | (null extends D ? null : never)
          : never;

export type Resolved<S extends OptionSpecs> = { readonly [K in keyof S]: Value<S[K]> };

type Bounds<D> = { readonly default: D; readonly min?: number; readonly max?: number; readonly help: string };

/** A real number in [min, max]; a default of null means "not set". */
export const number = <const D extends number | null>({ min = -Infinity, max = Infinity, ...rest }: Bounds<D>) =>
  ({ kind: 'number', integer: false, min, max, ...rest }) as NumberOption<D extends number ? number : null | number>;

/** A whole number in [min, max]; a default of null means "not set". */
export const integer = <const D extends number | null>(bounds: Bounds<D>) => ({ ...number(bounds), integer: true });

/** One of a closed list of names. */
export const choice = <const V extends string>(
  values: readonly V[],
  rest: { readonly default: NoInfer<V>; readonly help: string },
): ChoiceOption<V> => ({ kind: 'choice', values, ...rest });

/** On or off. */
export const flag = (rest: { readonly default?: boolean; readonly help: string }): FlagOption => ({
  kind: 'flag',
  default: false,
  ...rest,
});

/** Free text, a path or a pattern; a default of null means "not set". */
export const text = <const D extends string | null>(rest: {
  readonly default: D;
  readonly placeholder?: string;
  readonly help: string;
}) => ({ kind: 'text', placeholder: 'TEXT', ...rest }) as TextOption<D extends string ? string : null | string>;

/** Fills in defaults and rejects what is out of range, unknown or of the wrong type, naming the owner. */
export function resolve<S extends OptionSpecs>(
  owner: string,
  specs: S,
  given: { readonly [K in keyof S]?: Value<S[K]> | undefined } = {},
): Resolved<S> {
  const names = Object.keys(specs);
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(specs, name));
  if (unknown.length > 0) {
    throw new ToolkitError(
      'bad-option',
      `${owner} has no option ${unknown.join(', ')}.${didYouMean(unknown[0]!, names)} It has: ${names.join(', ') || 'none'}.`,
    );
  }
  const entries = Object.entries(specs).map(([name, spec]) => {
    const value = (given as Record<string, unknown>)[name] ?? spec.default;
    if (!accepts(spec, value)) {
      const near = spec.kind === 'choice' && typeof value === 'string' ? didYouMean(value, spec.values) : '';
      const wrong = `${owner}: ${name} must be ${describeOption(spec)}, got ${show(value)}.`;
      throw new ToolkitError('bad-option', `${wrong}${near}`);
    }
    return [name, value];
  });
  return Object.freeze(Object.fromEntries(entries)) as Resolved<S>;
}

function accepts(spec: OptionSpec, value: unknown): boolean {
  if (value === null) return spec.default === null;
  switch (spec.kind) {
    case 'choice':
      return spec.values.includes(value as string);
    case 'flag':
      return typeof value === 'boolean';
    case 'text':
      return typeof value === 'string';
    case 'number':
      return (
        typeof value === 'number' &&
        value >= spec.min &&
        value <= spec.max &&
        (!spec.integer || Number.isInteger(value))
      );
  }
}

/** "a number in [0, 1]": what an option accepts, in words. */
export function describeOption(spec: OptionSpec): string {
  switch (spec.kind) {
    case 'choice':
      return `one of ${spec.values.join(', ')}`;
    case 'flag':
      return 'true or false';
    case 'text':
      return 'text';
    case 'number': {
      const noun = spec.integer ? 'an integer' : 'a number';
      if (spec.min === -Infinity && spec.max === Infinity) return noun;
      if (spec.max === Infinity) return `${noun} ≥ ${spec.min}`;
      return `${noun} in [${spec.min}, ${spec.max}]`;
    }
  }
}

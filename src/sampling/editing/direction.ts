import { ToolkitError } from '../../core/errors.js';
import type { HostArray } from '../../core/host-array.js';
import { type OptionSpecs, type Resolved, resolve } from '../../core/options.js';
import type { Key } from '../../core/random.js';

/** Rows of numbers, [N, D]: what a network thinks of N pictures. */
export type Features = HostArray<'float32'>;

/** A way to go in a space of features. */
export interface Direction {
  /** [D]: the change of features at strength 1. */
  readonly values: Float64Array;
  /** What the method measured along it: a length, an accuracy, a deviation, a gain. Each method says which. */
  readonly value: number;
}

/** The first derivative of a function of features at one point, as two products. */
export interface JacobianProducts {
  /** Numbers the function takes. */
  readonly size: number;
  /** J·v. */
  apply(v: Float64Array): Promise<Float64Array>;
  /** Jᵀ·u. */
  transpose(u: Float64Array): Promise<Float64Array>;
}

/** What directions are found in. Every method says in `needs` which of these it reads. */
export interface DirectionMaterial {
  /** Features of pictures with the attribute, one row each; for pairs, row i belongs to row i of `without`. */
  readonly with?: Features;
  /** Features of pictures without it. */
  readonly without?: Features;
  /** Features of pictures of any kind. */
  readonly features?: Features;
  readonly jacobian?: JacobianProducts;
  /** A trained change of features: one row of changes for each row of features. */
  readonly learned?: (features: Features) => Promise<Features>;
  /** For methods that start somewhere at random. */
  readonly key: Key;
}

/** The kinds of material. */
export type DirectionNeed = 'groups' | 'features' | 'jacobian' | 'learned';

export interface DirectionDefinition<S extends OptionSpecs> {
  readonly name: string;
  readonly needs: DirectionNeed;
  /** What `value` of a direction is. */
  readonly measures: string;
  readonly options: S;
  find(material: DirectionMaterial, options: Resolved<S>): Promise<readonly Direction[]>;
}

/** A method with its options settled. */
export interface DirectionMethod {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** The directions, the most important first. */
  find(material: DirectionMaterial): Promise<readonly Direction[]>;
}

export interface DirectionFactory<S extends OptionSpecs = OptionSpecs> {
  (options?: Partial<Resolved<S>>): DirectionMethod;
  readonly definition: DirectionDefinition<S>;
}

const missing: Readonly<Record<DirectionNeed, (material: DirectionMaterial) => string | null>> = {
  groups: ({ with: yes, without }) => (yes && without ? null : 'features of pictures with and without the attribute'),
  features: ({ features }) => (features ? null : 'features of pictures'),
  jacobian: ({ jacobian }) => (jacobian ? null : 'products with a Jacobian'),
  learned: ({ learned, features }) => (learned && features ? null : 'a learned change and features to apply it to'),
};

/** Declares a method that finds directions: what it needs, its options and its rule. */
export function defineDirection<const S extends OptionSpecs>(definition: DirectionDefinition<S>): DirectionFactory<S> {
  const { name, needs } = definition;
  const create = (given: Partial<Resolved<S>> = {}): DirectionMethod => {
    const options = resolve(name, definition.options, given);
    const find = async (material: DirectionMaterial): Promise<readonly Direction[]> => {
      const lacking = missing[needs](material);
      if (lacking) throw new ToolkitError('missing-input', `${name}: expected ${lacking}, got none.`);
      for (const key of ['with', 'without', 'features'] as const) checkRows(name, material, key);
      return definition.find(material, options);
    };
    return Object.freeze({ name, options, find });
  };
  return Object.freeze(Object.assign(create, { definition: Object.freeze(definition) }));
}

function checkRows(name: string, material: DirectionMaterial, key: 'with' | 'without' | 'features'): void {
  const rows = material[key];
  if (!rows) return;
  const [n = 0, size = 0] = rows.shape;
  if (rows.shape.length !== 2 || n === 0 || size === 0) {
    throw new ToolkitError(
      'shape-mismatch',
      `${name}: ${key} must be [N, D] with N ≥ 1, got [${rows.shape.join(', ')}].`,
    );
  }
  const other = key === 'with' ? material.without?.shape[1] : undefined;
  if (other !== undefined && other !== size) {
    throw new ToolkitError(
      'shape-mismatch',
      `${name}: with has ${size} features and without ${other}. Use one tap for both.`,
    );
  }
}

import { type OptionSpecs, type Resolved, resolve } from '../core/options.js';

/** A learning rate over time, as a factor on the base rate: `step` counts from 0, `total` may be Infinity. */
export type Curve = (at: { readonly step: number; readonly total: number }) => number;

export interface CurveDefinition<S extends OptionSpecs> {
  readonly name: string;
  readonly options: S;
  readonly factor: (at: { readonly step: number; readonly total: number }, options: Resolved<S>) => number;
}

export function defineCurve<const S extends OptionSpecs>(definition: CurveDefinition<S>) {
  const create = (given?: Partial<Resolved<S>>): Curve => {
    const options = resolve(definition.name, definition.options, given);
    return (at) => definition.factor(at, options);
  };
  return Object.assign(create, { definition });
}

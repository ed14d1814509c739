import { type Shape, sizeOf } from '../core/host-array.js';

export interface Part {
  readonly name: string;
  readonly shape: Shape;
  /** Where the parameter starts inside its chunk, in elements. */
  readonly offset: number;
}

/** Neighbouring parameters that the optimiser updates as one flat vector. */
export interface Chunk {
  readonly id: string;
  readonly size: number;
  readonly parts: readonly Part[];
}

/**
 * Groups parameters into chunks: those of at least `least` elements stand alone, so that nothing copies them together;
 * the smaller ones share chunks of about that size, so that graph nodes are not the cost. A shared chunk stands in the
 * list where its first parameter stood.
 */
export function layoutOf(parameters: ReadonlyMap<string, Shape>, least = 65_536): readonly Chunk[] {
  const groups: Part[][] = [];
  let shared: Part[] = [];
  let size = least; // of the shared chunk; full, so that the first small parameter opens one
  for (const [name, shape] of parameters) {
    const elements = sizeOf(shape);
    if (elements >= least) {
      groups.push([{ name, shape, offset: 0 }]);
      continue;
    }
    if (size >= least) {
      [shared, size] = [[], 0];
      groups.push(shared);
    }
    shared.push({ name, shape, offset: size });
    size += elements;
  }
  return groups.map((parts, id) => ({ id: String(id), size: endOf(parts.at(-1)!), parts }));
}

const endOf = ({ shape, offset }: Part): number => offset + sizeOf(shape);

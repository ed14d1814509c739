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
 * Groups parameters, in order, into chunks of at least `least` elements: few enough that graph nodes are not the cost,
 * small enough that an update of several passes stays in cache.
 */
export function layoutOf(parameters: ReadonlyMap<string, Shape>, least = 65_536): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let parts: Part[] = [];
  let size = 0;
  const close = (): void => {
    if (parts.length > 0) chunks.push({ id: String(chunks.length), size, parts });
    [parts, size] = [[], 0];
  };
  for (const [name, shape] of parameters) {
    parts.push({ name, shape, offset: size });
    size += sizeOf(shape);
    if (size >= least) close();
  }
  close();
  return chunks;
}

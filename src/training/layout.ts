import { type Shape, sizeOf } from '../core/host-array.js';

export interface Part {
  readonly name: string;
  readonly shape: Shape;
  /** Where the parameter starts inside its chunk, in elements. */
  readonly offset: number;
}

/** Neighbouring parameters whose gradients are computed as one flat vector. */
export interface Chunk {
  readonly id: string;
  readonly size: number;
  /** Where the chunk starts when all of them stand in a row. */
  readonly start: number;
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
  let start = 0;
  return groups.map((parts, id) => {
    const chunk = { id: String(id), size: endOf(parts.at(-1)!), start, parts };
    start += chunk.size;
    return chunk;
  });
}

/** Equal pieces that the optimiser updates one after the other; they cut across chunks. */
export interface Blocks {
  readonly size: number;
  readonly count: number;
}

/**
 * As few blocks of at most `most` elements as hold all chunks in a row, and of those the smallest. While one is updated only
 * its own results exist beside the state.
 */
export function blocksOf(chunks: readonly Chunk[], most = 262_144): Blocks {
  const total = chunks.reduce((sum, { size }) => sum + size, 0);
  const count = Math.max(1, Math.ceil(total / most));
  return { size: Math.ceil(total / count), count };
}

const endOf = ({ shape, offset }: Part): number => offset + sizeOf(shape);

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
  /** Where the chunk starts in the row of all of them. */
  readonly start: number;
  readonly parts: readonly Part[];
}

/** Equal pieces in a row that the optimiser moves one after the other. */
export interface Run {
  /** Whether a piece is a stack [K, R, C] of whole parameters, or [n] elements that cut across parameters. */
  readonly matrices: boolean;
  readonly start: number;
  /** Shape of a piece. */
  readonly shape: Shape;
  readonly count: number;
}

export interface Layout {
  /** From the first parameter to the last; a chunk that several share stands where its first one stood. */
  readonly chunks: readonly Chunk[];
  /** In the order of the row: first, if there are any, the elements, and then a run for each shape of matrices. */
  readonly runs: readonly Run[];
}

export interface LayoutOptions {
  /** Parameters of at least so many elements are chunks of their own. */
  readonly least?: number;
  /** Elements of a piece, at most, unless one matrix is larger. While one is updated only its own results exist beside the state. */
  readonly most?: number;
  /** Which parameters are kept together as matrices; none unless told. */
  readonly isMatrix?: (name: string, shape: Shape) => boolean;
}

/** Rows and columns of a parameter [O, …]: a convolution [O, I, kh, kw] is the matrix [O, I·kh·kw]. */
export const matrixShape = (shape: Shape): readonly [rows: number, columns: number] => {
  const rows = shape[0] ?? 1;
  return [rows, sizeOf(shape.slice(1))];
};

/**
 * Groups parameters into chunks and puts these in a row. Large parameters stand alone, so that nothing copies them together;
 * the smaller ones share chunks of about `least` elements, so that graph nodes are not the cost. Matrices share with
 * matrices of their own shape only, and stand beside them.
 */
export function layoutOf(
  parameters: ReadonlyMap<string, Shape>,
  { least = 65_536, most = 262_144, isMatrix = () => false }: LayoutOptions = {},
): Layout {
  const kindOf = (name: string, shape: Shape): string => (isMatrix(name, shape) ? matrixShape(shape).join('×') : '');
  const groups = grouped(parameters, { least, kindOf });
  const kinds = new Set(['', ...groups.map(({ kind }) => kind)]);
  const starts = new Map<Group, number>();
  const runs: Run[] = [];
  let start = 0;
  for (const kind of kinds) {
    const own = groups.filter((group) => group.kind === kind);
    let end = start;
    for (const group of own) {
      starts.set(group, end);
      end += group.size;
    }
    if (end === start) continue;
    const shape = own[0]!.parts[0]!.shape;
    const pieces = kind === '' ? elements(end - start, most) : stacks(end - start, matrixShape(shape), most);
    runs.push({ matrices: kind !== '', start, ...pieces });
    start += pieces.count * sizeOf(pieces.shape);
  }
  const chunks = groups.map((group, id) => ({
    ...{ id: String(id), size: group.size, start: starts.get(group)!, parts: group.parts },
  }));
  return { chunks, runs };
}

/** How long the row is: all of it, or that of its elements alone. */
export const rowLength = (runs: readonly Run[], matrices: boolean): number =>
  Math.max(0, ...runs.flatMap((run) => (matrices || !run.matrices ? [run.start + run.count * sizeOf(run.shape)] : [])));

interface Group {
  readonly kind: string;
  size: number;
  readonly parts: Part[];
}

interface Grouping {
  readonly least: number;
  readonly kindOf: (name: string, shape: Shape) => string;
}

function grouped(parameters: ReadonlyMap<string, Shape>, { least, kindOf }: Grouping): readonly Group[] {
  const groups: Group[] = [];
  const shared = new Map<string, Group>();
  for (const [name, shape] of parameters) {
    const [kind, size] = [kindOf(name, shape), sizeOf(shape)];
    const open = size < least ? shared.get(kind) : undefined;
    if (open && open.size < least) {
      open.parts.push({ name, shape, offset: open.size });
      open.size += size;
      continue;
    }
    const group = { kind, size, parts: [{ name, shape, offset: 0 }] };
    groups.push(group);
    if (size < least) shared.set(kind, group);
  }
  return groups;
}

type Pieces = Pick<Run, 'shape' | 'count'>;

/** As few pieces as hold all, and of those the smallest: the last one is filled up by less than an element for each. */
function elements(total: number, most: number): Pieces {
  const count = Math.ceil(total / most);
  return { shape: [Math.ceil(total / count)], count };
}

/** As few stacks as hold all matrices and nothing else. */
function stacks(total: number, [rows, columns]: readonly [number, number], most: number): Pieces {
  const matrices = total / (rows * columns);
  let count = 1;
  while (matrices % count !== 0 || (total / count > most && count < matrices)) count += 1;
  return { shape: [matrices / count, rows, columns], count };
}

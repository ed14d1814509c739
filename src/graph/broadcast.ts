import { ToolkitError } from '../core/errors.js';
import type { Shape } from '../core/host-array.js';
import { showShape } from './tensor.js';

/** The numpy broadcasting rule, from the right: equal, or one of the two is 1. */
export function broadcastShapes(owner: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [m, n] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    if (m === n || n === 1) return m;
    if (m === 1) return n;
    throw new ToolkitError('shape-mismatch', `${owner} cannot broadcast ${showShape(a)} with ${showShape(b)}.`);
  });
}

/** Row-major strides. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
}

/** Strides that read a tensor of `shape` as if it were broadcast to `target`: 0 along repeated axes. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const strides = stridesOf(shape);
  return target.map((_, i) => {
    const axis = i - (target.length - shape.length);
    return axis < 0 || shape[axis] === 1 ? 0 : strides[axis]!;
  });
}

/** Calls `visit(flat index, offsets…)` for each element of `shape`, with one running offset per strides list. */
export function walk(
  shape: Shape,
  strides: readonly (readonly number[])[],
  visit: (i: number, at: readonly number[]) => void,
): void {
  const size = shape.reduce((product, n) => product * n, 1);
  const index = new Array<number>(shape.length).fill(0);
  const at = strides.map(() => 0);
  for (let i = 0; i < size; i++) {
    visit(i, at);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      for (let k = 0; k < at.length; k++) at[k]! += strides[k]![axis]!;
      if (index[axis]! < shape[axis]!) break;
      for (let k = 0; k < at.length; k++) at[k]! -= strides[k]![axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}

/** Turns negative axes around, sorts them and checks their range. Undefined means all. */
export function canonicalAxes(owner: string, axes: readonly number[] | undefined, rank: number): readonly number[] {
  const all = (axes ?? Array.from({ length: rank }, (_, i) => i)).map((axis) => (axis < 0 ? axis + rank : axis));
  for (const axis of all) {
    if (Number.isInteger(axis) && axis >= 0 && axis < rank) continue;
    throw new ToolkitError('bad-axis', `${owner}: axes must lie in [${-rank}, ${rank - 1}], got ${showShape(axes!)}.`);
  }
  return [...new Set(all)].sort((a, b) => a - b);
}

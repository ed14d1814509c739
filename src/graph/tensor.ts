import type { DType, Shape } from '../core/host-array.js';
import type { OpDefinition } from './define-op.js';

export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A symbolic tensor: one output of one node. It has a shape and no numbers. */
export interface Tensor extends TensorType {
  readonly node: Node;
  /** Which of the node's outputs this is. */
  readonly index: number;
}

/** One application of an op. Nodes are values: passes make new ones and never change old ones. */
export interface Node {
  readonly op: OpDefinition;
  readonly inputs: readonly Tensor[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Tensor[];
}

/** What an op accepts where a tensor is expected: a plain number is a float32 scalar constant. */
export type Operand = Tensor | number;

/** "float32[4, 3]", for errors and dumps. */
export const showType = ({ dtype, shape }: TensorType): string => `${dtype}[${shape.join(', ')}]`;

/** "[4, 3]", for errors. */
export const showShape = (shape: Shape): string => `[${shape.join(', ')}]`;

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

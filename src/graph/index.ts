export * from './compose.js';
export { constant, defineOp, input, type Op, type OpDefinition } from './define-op.js';
export { grad } from './grad.js';
export { type Graph, inputsOf, nodesOf, outputTypes, topological } from './graph.js';
export type { OnnxTarget } from './onnx/context.js';
export { type OnnxOptions, toOnnx } from './onnx/model.js';
export * from './ops/index.js';
export { type Node, type Operand, showShape, showType, type Tensor, type TensorType } from './tensor.js';

export { type Executables, executables } from './executables.js';
export type { OnnxArray, OnnxModel, OnnxValue } from './onnx-model.js';
export { referenceRuntime } from './reference.js';
export type { CompileOptions, Executable, Feeds, Results, Runtime } from './runtime.js';

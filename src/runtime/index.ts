export { referenceRuntime } from './reference.js';
export type { CompileOptions, Executable, Feeds, Results, Runtime } from './runtime.js';

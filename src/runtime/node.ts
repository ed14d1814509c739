import * as ort from 'onnxruntime-node';
import { choice, integer, type Resolved, resolve } from '../core/options.js';
import { compileOnnx } from './onnx.js';
import type { Runtime } from './runtime.js';

export const nodeRuntimeOptions = {
  threads: integer({ default: 0, min: 0, max: 256, help: 'Threads of the engine; 0 takes one per core.' }),
  device: choice(['cpu', 'webgpu', 'cuda', 'coreml', 'dml'], { default: 'cpu', help: 'Where to compute.' }),
};

/** onnxruntime on this machine: the CPU, or another device that the installed package supports. */
export function createRuntime(given: Partial<Resolved<typeof nodeRuntimeOptions>> = {}): Runtime {
  const { threads, device } = resolve('node runtime', nodeRuntimeOptions, given);
  const session: ort.InferenceSession.SessionOptions = {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: { session: { set_denormal_as_zero: '1' } },
  };
  return {
    name: `node/${device}`,
    compile: (graph, options) =>
      compileOnnx({ ort, target: device === 'webgpu' ? 'webgpu' : 'cpu', session, writesInto: true }, graph, options),
  };
}

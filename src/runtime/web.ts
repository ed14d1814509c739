import type { Env, InferenceSession } from 'onnxruntime-web';
import { ToolkitError } from '../core/errors.js';
import { choice, integer, type Resolved, resolve, text } from '../core/options.js';
import { compileOnnx } from './onnx.js';
import type { Executable, Runtime } from './runtime.js';
import { cacheSessions } from './session-cache.js';

export const webRuntimeOptions = {
  device: choice(['wasm', 'webgpu'], { default: 'wasm', help: 'Where to compute.' }),
  threads: integer({ default: 0, min: 0, max: 64, help: 'Threads of the WebAssembly engine; 0 takes one per core.' }),
  wasmPaths: text({
    default: null,
    help: "URL prefix of onnxruntime-web's .wasm and .mjs files; a bundler that follows `new URL` needs none.",
  }),
};

/**
 * onnxruntime in a browser tab: WebAssembly, or WebGPU with WebAssembly for what it lacks. The library is loaded by
 * the first `compile`. Its environment is one per page and settled by then, so every runtime of one device in a page must
 * ask for the same `threads` and `wasmPaths`.
 */
export function createRuntime(given: Partial<Resolved<typeof webRuntimeOptions>> = {}): Runtime {
  const { device, threads, wasmPaths } = resolve('web runtime', webRuntimeOptions, given);
  if (device === 'webgpu' && !('gpu' in globalThis.navigator)) {
    throw new ToolkitError('no-device', 'web runtime: this browser has no WebGPU. Use device "wasm".');
  }
  const settings = { numThreads: threadCount(threads), ...(wasmPaths === null ? {} : { wasmPaths }) };
  const session: InferenceSession.SessionOptions = {
    executionProviders: [device],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: { session: { set_denormal_as_zero: '1' } },
  };
  const inTurn = queue();
  return cacheSessions({
    name: `web/${device}`,
    compile: (graph, options) =>
      inTurn(async () => {
        const ort = device === 'wasm' ? await import('onnxruntime-web/wasm') : await import('onnxruntime-web/webgpu');
        settle(ort.env.wasm, settings);
        const target = { ort, target: device, session, writesInto: false };
        return serialised(await compileOnnx(target, graph, options), inTurn);
      }),
  });
}

/** Threads share memory, which browsers give only to pages that isolate themselves. */
function threadCount(asked: number): number {
  const isolated = globalThis.crossOriginIsolated !== false;
  if (asked > 1 && !isolated) {
    throw new ToolkitError(
      'no-threads',
      `web runtime: ${asked} threads need a cross-origin isolated page. Serve it with the headers ` +
        '"Cross-Origin-Opener-Policy: same-origin" and "Cross-Origin-Embedder-Policy: require-corp", or ask for 1.',
    );
  }
  return asked > 0 ? asked : isolated ? globalThis.navigator.hardwareConcurrency : 1;
}

type Settings = Pick<Env.WebAssemblyFlags, 'numThreads' | 'wasmPaths'>;

/** The library reads its environment once, at the first session: later changes would be ignored without a word. */
function settle(env: Env.WebAssemblyFlags, wanted: Settings): void {
  for (const [name, value] of Object.entries(wanted) as [keyof Settings, never][]) {
    const current = env[name];
    if (current !== undefined && current !== 0 && current !== value) {
      throw new ToolkitError(
        'settled',
        `web runtime: ${name} is ${String(value)}, but this page already started the engine with ${String(current)}.`,
      );
    }
    env[name] = value;
  }
}

type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** The engine cannot start a second run while one waits for the device: calls take turns, in the order they came. */
function queue(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}

const serialised = (executable: Executable, inTurn: InTurn): Executable => ({
  ...executable,
  run: (feeds, into) => inTurn(() => executable.run(feeds, into)),
});

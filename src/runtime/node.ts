import { Session } from 'node:inspector';
import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { ToolkitError } from '../core/errors.js';
import { floats, type HostArray } from '../core/host-array.js';
import { choice, integer, type Resolved, resolve } from '../core/options.js';
import { gaussians, key } from '../core/random.js';
import { conv2d, type Graph, input, nodesOf } from '../graph/index.js';
import { compileOnnx } from './onnx.js';
import { type OnnxModel, openOnnx } from './onnx-model.js';
import type { CompileOptions, Executable, Runtime } from './runtime.js';
import { cacheSessions } from './session-cache.js';

export const nodeRuntimeOptions = {
  threads: integer({ default: 0, min: 0, max: 256, help: 'Threads of the engine; 0 takes one per core.' }),
  device: choice(['cpu', 'webgpu', 'cuda', 'coreml', 'dml'], { default: 'cpu', help: 'Where to compute.' }),
};

/** onnxruntime on this machine: the CPU, or another device that the installed package supports. */
export function createRuntime(given: Partial<Resolved<typeof nodeRuntimeOptions>> = {}): Runtime {
  const { threads, device } = resolve('node runtime', nodeRuntimeOptions, given);
  const session = sessionOptions({ threads, device });
  prepare(device);
  const target = device === 'webgpu' ? 'webgpu' : 'cpu';
  let block: Promise<number> | undefined;
  return cacheSessions({
    name: `node/${device}`,
    async compile(graph: Graph, options?: CompileOptions): Promise<Executable> {
      block ??= device === 'cpu' ? channelBlock(session) : Promise.resolve(0);
      const setting = { ort, target, session, block: await block, writesInto: true } as const;
      const executable = await compileOnnx(setting, graph, options).catch((error) => {
        throw deviceError(device, error);
      });
      return nodesOf(graph).length < largeGraph ? executable : tidied(executable);
    },
  });
}

/** Opens somebody else's ONNX file: a feature network, for example. */
export function openOnnxModel(
  path: string,
  given: Partial<Resolved<typeof nodeRuntimeOptions>> = {},
): Promise<OnnxModel> {
  const options = resolve('openOnnxModel', nodeRuntimeOptions, given);
  prepare(options.device);
  return openOnnx(ort, path, sessionOptions(options)).catch((error) => {
    throw deviceError(options.device, error);
  });
}

type Device = Resolved<typeof nodeRuntimeOptions>['device'];

/** Refuses a device that the installed package was not built for: the engine would compute on the CPU without a word. */
function prepare(device: Device): void {
  // Of whatever goes wrong an exception tells; the engine would log it first, in colours of its own.
  ort.env.logLevel = 'fatal';
  const built = ort.listSupportedBackends().map(({ name }) => name);
  if (!built.includes(device)) throw unavailable(device, `this package of the engine knows ${built.join(', ')}`);
}

/** What the engine says of a device that is not there, as a sentence; any other error as it is. */
function deviceError(device: Device, error: unknown): unknown {
  const text = error instanceof Error ? error.message : String(error);
  if (device === 'cpu' || !/ExecutionProvider|shared library/i.test(text)) return error;
  return unavailable(device, text.split('\n')[0]!.replace(/^\w+: |\.$/g, ''), error);
}

const unavailable = (device: Device, reason: string, cause?: unknown): ToolkitError =>
  new ToolkitError('no-device', `${device} is not available here (${reason}). Use --device cpu.`, { cause });

/** Nodes from which on the garbage of building a graph is worth a search of some ten milliseconds. */
const largeGraph = 500;

/**
 * The same executable with garbage collected after its first run. Building a large graph leaves more of it than the whole
 * network is large (nodes, the bytes of the model, first values that were copied), and the runs that follow make too little
 * for V8 to look for it by itself.
 */
function tidied(executable: Executable): Executable {
  let untidy = true;
  return {
    ...executable,
    async run(feeds, into) {
      const results = await executable.run(feeds, into);
      if (!untidy) return results;
      untidy = false;
      await collectGarbage();
      return results;
    },
  };
}

async function collectGarbage(): Promise<void> {
  const session = new Session();
  try {
    session.connect();
    await new Promise<void>((done) => session.post('HeapProfiler.collectGarbage', () => done()));
    session.disconnect();
  } catch {
    // Not allowed to look into itself, this process keeps its garbage for a while.
  }
}

function sessionOptions({ threads, device }: Resolved<typeof nodeRuntimeOptions>): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    graphOptimizationLevel: 'all',
    enableMemPattern: false,
    // Left to itself the engine counts physical cores, which on a virtual machine may be half of what there is.
    intraOpNumThreads: threads === 0 ? availableParallelism() : threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    // Every session has threads of its own. Left to wait busily for its next run they would take the cores from the
    // session that runs now: a training step has two.
    extra: { session: { set_denormal_as_zero: '1', force_spinning_stop: '1' } },
  };
}

/**
 * How many channels a block of the engine's blocked convolution holds on this processor. A wrong count gives wrong
 * numbers without an error, so each candidate computes a small convolution that is checked against the plain one.
 */
async function channelBlock(session: ort.InferenceSession.SessionOptions): Promise<number> {
  const [x, w] = [input('x', [2, 32, 16, 18]), input('w', [48, 32, 3, 3])];
  const graph = { outputs: { y: conv2d(x, w, { padding: 1 }) } };
  const feeds = {
    x: floats(x.shape, gaussians(key(1), 2 * 32 * 16 * 18)),
    w: floats(w.shape, gaussians(key(2), 48 * 32 * 9)),
  };
  const compute = async (block: number): Promise<Float32Array> => {
    using executable = await compileOnnx({ ort, target: 'cpu', session, block, writesInto: true }, graph);
    return ((await executable.run(feeds))['y'] as HostArray<'float32'>).data;
  };
  const expected = await compute(0);
  for (const block of [16, 8]) {
    const got = await compute(block).catch(() => new Float32Array(0));
    if (got.length === expected.length && got.every((v, i) => Math.abs(v - expected[i]!) < 1e-3)) return block;
  }
  return 0;
}

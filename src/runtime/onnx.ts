import type { DataOf, DType, HostArray } from '../core/host-array.js';
import { type Graph, type OnnxTarget, toOnnx } from '../graph/index.js';
import {
  type CompileOptions,
  checkFeeds,
  checkInto,
  closed,
  type Executable,
  type Feeds,
  type Results,
  signatureOf,
} from './runtime.js';

/** The part of onnxruntime's JavaScript API that both of its packages share. */
export interface Ort<SessionOptions> {
  readonly Tensor: new (type: DType, data: DataOf[DType], dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: SessionOptions): Promise<OrtSession>;
  };
}

interface OrtTensor {
  readonly data: unknown;
}

interface OrtSession {
  run(feeds: Record<string, OrtTensor>, fetches?: Record<string, OrtTensor | null>): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

interface OnnxRuntimeOptions<SessionOptions> {
  readonly ort: unknown;
  readonly target: OnnxTarget;
  readonly session: SessionOptions;
  /** Channels per block of the engine's blocked convolution, 0 for none. */
  readonly block?: number;
  /** Whether the package writes CPU outputs into arrays it is given; the web build does not. */
  readonly writesInto: boolean;
}

const { port1: nowhere } = new MessageChannel();
nowhere.close();

/**
 * Frees a copy that onnxruntime made of an array it also filled for us. Until garbage is collected a training step would
 * leave four times the size of its network; what is sent to a closed port ceases to exist at once.
 */
function discard({ buffer }: Float32Array): void {
  try {
    nowhere.postMessage(null, [buffer]);
  } catch {
    // Memory that the engine will not part with: the garbage collector finds it.
  }
}

/** Compiles a graph with one of onnxruntime's packages. */
export async function compileOnnx<SessionOptions>(
  { ort: library, target, session: sessionOptions, writesInto, block = 0 }: OnnxRuntimeOptions<SessionOptions>,
  graph: Graph,
  options: CompileOptions = {},
): Promise<Executable> {
  const ort = library as Ort<SessionOptions>;
  const signature = signatureOf(graph, options);
  const { outputs: types } = signature;
  const model = toOnnx(graph, { target, block, ...options });
  const session = await ort.InferenceSession.create(model, sessionOptions);
  const wrap = (arrays: Feeds): Record<string, OrtTensor> =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, { dtype, data, shape }]) => [name, new ort.Tensor(dtype, data, shape)]),
    );
  const everything = Object.fromEntries(Object.keys(types).map((name) => [name, null]));
  let open = true;
  let running = 0;
  const close = (): void => {
    if (open && running === 0) void session.release();
    open = false;
  };

  async function run(feeds: Feeds, into: Feeds = {}): Promise<Results> {
    if (!open) throw closed();
    checkFeeds(signature, feeds);
    checkInto(signature, into);
    running += 1;
    try {
      const fetched = await session.run(wrap(feeds), writesInto ? { ...everything, ...wrap(into) } : everything);
      return Object.fromEntries(
        Object.entries(types).map(([name, { shape, dtype }]) => {
          const { data } = fetched[name]!;
          const own = into[name];
          if (!own) return [name, { shape, dtype, data } as HostArray];
          if (!writesInto) (own.data as Float32Array).set(data as Float32Array);
          if (data !== own.data) discard(data as Float32Array);
          return [name, own];
        }),
      );
    } finally {
      running -= 1;
      if (!open && running === 0) void session.release(); // closed meanwhile: the engine must not lose its session
    }
  }

  return { run, close, [Symbol.dispose]: close };
}

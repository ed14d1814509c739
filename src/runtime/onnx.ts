import { ToolkitError } from '../core/errors.js';
import type { DataOf, DType, HostArray } from '../core/host-array.js';
import { type Graph, type OnnxTarget, outputTypes, toOnnx } from '../graph/index.js';
import { type CompileOptions, checkFeeds, type Executable, type Feeds, type Results } from './runtime.js';

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
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

interface OnnxRuntimeOptions<SessionOptions> {
  readonly ort: unknown;
  readonly target: OnnxTarget;
  readonly session: SessionOptions;
}

/** Compiles a graph with one of onnxruntime's packages. */
export async function compileOnnx<SessionOptions>(
  { ort: library, target, session: sessionOptions }: OnnxRuntimeOptions<SessionOptions>,
  graph: Graph,
  { constants = {} }: CompileOptions = {},
): Promise<Executable> {
  const ort = library as Ort<SessionOptions>;
  const session = await ort.InferenceSession.create(toOnnx(graph, { target, constants }), sessionOptions);
  const types = outputTypes(graph);
  let open = true;
  const close = (): void => {
    if (open) void session.release();
    open = false;
  };
  return {
    async run(feeds: Feeds): Promise<Results> {
      if (!open) throw new ToolkitError('closed', 'This executable was closed. Compile the graph again.');
      checkFeeds(graph, constants, feeds);
      const tensors: Record<string, OrtTensor> = {};
      for (const [name, { dtype, data, shape }] of Object.entries(feeds)) {
        tensors[name] = new ort.Tensor(dtype, data, shape);
      }
      const fetched = await session.run(tensors);
      return Object.fromEntries(
        Object.entries(types).map(([name, { shape, dtype }]) => {
          return [name, { shape, dtype, data: fetched[name]!.data } as HostArray];
        }),
      );
    },
    close,
    [Symbol.dispose]: close,
  };
}

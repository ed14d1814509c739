import { ToolkitError } from '../core/errors.js';

/** Numbers as a foreign model takes and gives them, in row-major order. */
export interface OnnxArray {
  readonly dtype: 'float32' | 'uint8' | 'int64';
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array | BigInt64Array;
}

/** An input or output of a foreign model; null where an axis may have any length. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly (number | null)[];
}

/** A model out of somebody else's ONNX file. It holds engine memory until it is closed. */
export interface OnnxModel extends Disposable {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  run(feeds: Readonly<Record<string, OnnxArray>>): Promise<Readonly<Record<string, OnnxArray>>>;
}

interface OrtTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
}

interface OrtMetadata {
  readonly name: string;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

interface OrtSession {
  readonly inputMetadata: readonly OrtMetadata[];
  readonly outputMetadata: readonly OrtMetadata[];
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

interface Ort {
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(path: string, options: unknown): Promise<OrtSession> };
}

/** Opens an ONNX file with one of onnxruntime's packages; files beside it with its weights are found. */
export async function openOnnx(library: unknown, path: string, options: unknown): Promise<OnnxModel> {
  const ort = library as Ort;
  const session = await ort.InferenceSession.create(path, options).catch((error: unknown) => {
    const reason = String((error as Error).message ?? error)
      .split('\n')[0]!
      .trim()
      .replace(/\.$/, '');
    throw new ToolkitError('bad-onnx', `${path} cannot be opened as an ONNX model: ${reason}.`, { cause: error });
  });
  const described = ({ name, type = 'unknown', shape = [] }: OrtMetadata): OnnxValue => ({
    name,
    dtype: type,
    shape: shape.map((n) => (typeof n === 'number' && n > 0 ? n : null)),
  });
  return {
    inputs: session.inputMetadata.map(described),
    outputs: session.outputMetadata.map(described),
    async run(feeds) {
      const tensors = Object.entries(feeds).map(
        ([name, { dtype, data, shape }]) => [name, new ort.Tensor(dtype, data, shape)] as const,
      );
      const results = await session.run(Object.fromEntries(tensors));
      return Object.fromEntries(
        Object.entries(results).map(([name, { type, data, dims }]) => [
          name,
          { dtype: type, shape: [...dims], data } as OnnxArray,
        ]),
      );
    },
    [Symbol.dispose]: () => void session.release(),
  };
}

import type { HostArray } from '../../core/host-array.js';
import type { Tensor } from '../tensor.js';

export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

/** Where the graph will run: decides between fused contrib operators and standard ones. */
export type OnnxTarget = 'cpu' | 'wasm' | 'webgpu';

/** What an op's ONNX form may do: emit nodes, name temporaries, embed constants. */
export interface OnnxContext<A> {
  readonly attributes: A;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Value names of the inputs and outputs in the ONNX graph. */
  readonly in: readonly string[];
  readonly out: readonly string[];
  readonly target: OnnxTarget;
  /** Channels per block of the engine's blocked convolution, or 0 where it must not be used. */
  readonly block: number;
  /** Whether the numbers of an input are part of the model, so that the engine prepares them itself. */
  readonly known: (input: number) => boolean;
  /** Emits one node and returns the name of its first output; a fresh name unless `outputs` is given. */
  node(type: string, inputs: readonly string[], options?: OnnxNodeOptions): string;
  /** An initializer with these numbers. */
  constant(value: HostArray): string;
  /** An int64 vector initializer. */
  ints(values: readonly number[]): string;
}

export interface OnnxNodeOptions {
  readonly outputs?: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  readonly domain?: 'com.microsoft' | 'com.microsoft.nchwc';
}

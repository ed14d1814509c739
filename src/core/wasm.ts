/**
 * WebAssembly written as expressions: every function returns the code that leaves its value on the stack, so that a
 * formula reads as it does elsewhere. Only what the kernels of this room use.
 * WebAssembly Core Specification 2.0, Sections 5.4.8 (vector instructions) and 5.5 (modules).
 */
export type Code = readonly number[];

/** Whole numbers in the variable length of the format: unsigned, or signed with `signed`. */
const unsigned = (value: number): Code => (value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]);
const signed = (value: number): Code =>
  value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)];

const scalar =
  (opcode: number) =>
  (...operands: readonly Code[]): Code => [...operands.flat(), opcode];
const vector =
  (opcode: number) =>
  (...operands: readonly Code[]): Code => [...operands.flat(), 0xfd, ...unsigned(opcode)];

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value | 0)],
  add: scalar(0x6a),
  below: scalar(0x49),
};

/** Four 32-bit integers. */
export const i32x4 = {
  splat: vector(0x11),
  const: (...values: readonly [number, number, number, number]): Code => constant(Int32Array.from(values)),
  add: vector(0xae),
  sub: vector(0xb1),
  xor: vector(0x51),
  and: vector(0x4e),
  shiftLeft: vector(0xab),
  shiftRight: vector(0xad),
  /** Whole products of the first or the last two pairs, as two 64-bit integers. */
  productsLow: vector(0xde),
  productsHigh: vector(0xdf),
  /** Four of the eight words of two vectors, by number. */
  pick: (a: Code, b: Code, ...words: readonly [number, number, number, number]): Code => [
    ...[...a, ...b, 0xfd, ...unsigned(0x0d)],
    ...words.flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte)),
  ],
};

/** Four float32 numbers; what is not a number stays as it is in the first operand. */
export const f32x4 = {
  smaller: vector(0xea),
  larger: vector(0xeb),
  negative: vector(0xe1),
};

/** Two 64-bit integers. */
export const i64x2 = {
  const: (value: bigint): Code => constant(BigInt64Array.of(value, value)),
  and: vector(0x4e),
  andNot: vector(0x4f),
  or: vector(0x50),
  shiftRight: vector(0xcd),
};

/** Two float64 numbers. */
export const f64x2 = {
  const: (value: number): Code => constant(Float64Array.of(value, value)),
  equal: vector(0x47),
  sqrt: vector(0xef),
  add: vector(0xf0),
  sub: vector(0xf1),
  mul: vector(0xf2),
  div: vector(0xf3),
  /** Of the first two 32-bit integers. */
  fromSigned: vector(0xfe),
  fromUnsigned: vector(0xff),
  /** Both rounded to float32, and two zeros. */
  toFloats: vector(0x5e),
  /** Of the first two of four float32 numbers. */
  fromFloats: vector(0x5f),
  /** One number in memory, twice. */
  loadBoth: (address: Code): Code => [...address, ...[0xfd, 0x0a, 3, 0]],
};

/** Sixteen bytes as they lie in memory. */
const constant = (values: ArrayBufferView): Code => [0xfd, 0x0c, ...new Uint8Array(values.buffer)];

export const store = (address: Code, value: Code, offset = 0): Code => [
  ...[...address, ...value],
  ...[0xfd, 0x0b, 4, ...unsigned(offset)],
];

export const load = (address: Code): Code => [...address, ...[0xfd, 0x00, 4, 0]];

/** Repeats the body for as long as the condition at its end holds. */
export const loop = (body: Code, condition: Code): Code => [0x03, 0x40, ...body, ...condition, 0x0d, 0, 0x0b];

export interface Local {
  readonly get: Code;
  set(value: Code): Code;
}

export interface FunctionOptions {
  /** How many whole numbers it takes. */
  readonly params: number;
  /** How many vectors it keeps beside them. */
  readonly vectors: number;
  body(params: readonly Local[], vectors: readonly Local[]): Code;
}

const pages = 1;

/** The bytes of a module with one function, `run`, and one memory, `memory`. */
function wasmModule({ params, vectors, body }: FunctionOptions): Uint8Array<ArrayBuffer> {
  const local = (index: number): Local => ({
    get: [0x20, ...unsigned(index)],
    set: (value) => [...value, 0x21, ...unsigned(index)],
  });
  const all = Array.from({ length: params + vectors }, (_, index) => local(index));
  const code = [1, ...unsigned(vectors), 0x7b, ...body(all.slice(0, params), all.slice(params)), 0x0b];
  const list = (...items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
  const sized = (content: Code): Code => [...unsigned(content.length), ...content];
  const name = (text: string): Code => sized([...new TextEncoder().encode(text)]);
  const section = (id: number, content: Code): Code => [id, ...sized(content)];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([0x60, ...list(...Array.from({ length: params }, () => [0x7f])), 0])),
    ...section(3, list([0])),
    ...section(5, list([0, pages])),
    ...section(7, list([...name('run'), 0, 0], [...name('memory'), 2, 0])),
    ...section(10, list(sized(code))),
  ]);
}

export interface Kernel {
  /** The function of the module; numbers as they are, addresses from 0. */
  readonly run: (...values: readonly number[]) => void;
  readonly memory: Float32Array<ArrayBuffer>;
}

/** The function compiled when first asked for; null where the engine has no such instructions or may not compile. */
export function wasmKernel(options: () => FunctionOptions): () => Kernel | null {
  let made: { readonly value: Kernel | null } | null = null;
  return () => {
    made ??= { value: compiled(options) };
    return made.value;
  };
}

function compiled(options: () => FunctionOptions): Kernel | null {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasmModule(options())));
    const memory = new Float32Array((exports['memory'] as WebAssembly.Memory).buffer);
    return { run: exports['run'] as Kernel['run'], memory };
  } catch {
    return null;
  }
}

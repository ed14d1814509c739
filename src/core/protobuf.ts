/** The few parts of the protobuf wire format that ONNX models and TensorBoard events need. */
export class ProtoWriter {
  /** Finished pieces; large blobs are kept by reference until `bytes` joins everything once. */
  #pieces: Uint8Array[] = [];
  #done = 0;
  #tail = new Uint8Array(64);
  #used = 0;

  /** Everything written so far. */
  bytes(): Uint8Array {
    if (this.#pieces.length === 0) return this.#tail.subarray(0, this.#used);
    const out = new Uint8Array(this.length);
    let at = 0;
    for (const piece of [...this.#pieces, this.#tail.subarray(0, this.#used)]) {
      out.set(piece, at);
      at += piece.length;
    }
    return out;
  }

  get length(): number {
    return this.#done + this.#used;
  }

  /** A varint field; int64 values may be negative (two's complement, ten bytes). */
  int(field: number, value: number | bigint): this {
    this.#varint(BigInt(field) << 3n);
    this.#varint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  float(field: number, value: number): this {
    this.#varint(BigInt((field << 3) | 5));
    this.#raw(new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  double(field: number, value: number): this {
    this.#varint(BigInt((field << 3) | 1));
    this.#raw(new Uint8Array(Float64Array.of(value).buffer));
    return this;
  }

  text(field: number, value: string): this {
    return this.blob(field, utf8.encode(value));
  }

  blob(field: number, value: Uint8Array): this {
    this.#varint(BigInt((field << 3) | 2));
    this.#varint(BigInt(value.length));
    this.#raw(value);
    return this;
  }

  message(field: number, write: (inner: ProtoWriter) => void): this {
    const inner = new ProtoWriter();
    write(inner);
    return this.writer(field, inner);
  }

  /** A message that was written apart. */
  writer(field: number, inner: ProtoWriter): this {
    this.#varint(BigInt((field << 3) | 2));
    this.#varint(BigInt(inner.length));
    for (const piece of inner.#pieces) this.#raw(piece);
    this.#raw(inner.#tail.subarray(0, inner.#used));
    return this;
  }

  /** Repeated int64 as one packed field. */
  ints(field: number, values: readonly number[]): this {
    const inner = new ProtoWriter();
    for (const value of values) inner.#varint(BigInt.asUintN(64, BigInt(value)));
    return this.blob(field, inner.bytes());
  }

  #varint(value: bigint): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 0x7fn) {
      this.#tail[this.#used++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#tail[this.#used++] = Number(rest);
  }

  #raw(value: Uint8Array): void {
    if (value.length < byReference) {
      this.#reserve(value.length);
      this.#tail.set(value, this.#used);
      this.#used += value.length;
      return;
    }
    this.#pieces.push(this.#tail.subarray(0, this.#used), value);
    this.#done += this.#used + value.length;
    this.#tail = new Uint8Array(64);
    this.#used = 0;
  }

  #reserve(extra: number): void {
    if (this.#used + extra <= this.#tail.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#tail.length, this.#used + extra));
    grown.set(this.#tail.subarray(0, this.#used));
    this.#tail = grown;
  }
}

/** Blobs of at least this many bytes are not copied before the end. */
const byReference = 4096;

const utf8 = new TextEncoder();

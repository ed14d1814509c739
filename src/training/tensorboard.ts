import { ProtoWriter } from '../core/protobuf.js';

/** What can be written at one step of a run. */
export interface EventSummary {
  readonly step: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly scalars?: Readonly<Record<string, number>>;
  /** Encoded PNG files by tag. */
  readonly images?: Readonly<
    Record<string, { readonly width: number; readonly height: number; readonly png: Uint8Array }>
  >;
}

/** First record of an event file. */
export function eventFileHeader(wallTime: number): Uint8Array {
  return record(new ProtoWriter().double(1, wallTime).text(3, 'brain.Event:2').bytes());
}

/** One event as a TFRecord: what TensorBoard reads from `events.out.tfevents.*`. */
export function eventRecord({ step, wallTime, scalars = {}, images = {} }: EventSummary): Uint8Array {
  const event = new ProtoWriter().double(1, wallTime).int(2, step);
  event.message(5, (summary) => {
    for (const [tag, value] of Object.entries(scalars)) {
      summary.message(1, (entry) => entry.text(1, tag).float(2, value));
    }
    for (const [tag, { width, height, png }] of Object.entries(images)) {
      summary.message(1, (entry) =>
        entry.text(1, tag).message(4, (image) => image.int(1, height).int(2, width).int(3, 3).blob(4, png)),
      );
    }
  });
  return record(event.bytes());
}

/** TFRecord framing: length, its masked CRC-32C, the bytes, their masked CRC-32C; all little-endian. */
function record(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 16);
  const view = new DataView(out.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(out.subarray(0, 8)), true);
  out.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return out;
}

/** TensorFlow's mask keeps a CRC of data that contains CRCs from degenerating: rotate by 15 and add a constant. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), reflected polynomial 0x82F63B78. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8)) >>> 0;
  return (crc ^ 0xffffffff) >>> 0;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});

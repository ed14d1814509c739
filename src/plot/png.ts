export interface IndexedPicture {
  readonly width: number;
  readonly height: number;
  /** Up to 256 colours, red, green and blue in [0, 255]. */
  readonly palette: readonly (readonly number[])[];
  /** A palette entry for every pixel, from the top left. */
  readonly pixels: Uint8Array;
}

/**
 * A small PNG as a `data:` address, so that a heat map can stand inside an SVG. Written without compression, which needs
 * no library: RFC 1950 and 1951 with stored blocks, inside the chunks of ISO/IEC 15948.
 */
export function pngUri({ width, height, palette, pixels }: IndexedPicture): string {
  const header = [...word(width), ...word(height), 8, 3, 0, 0, 0]; // 8 bits a pixel, by palette
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1); // no filter
  const bytes = [
    ...[137, 80, 78, 71, 13, 10, 26, 10],
    ...chunk('IHDR', header),
    ...chunk('PLTE', palette.flat()),
    ...chunk('IDAT', stored(rows)),
    ...chunk('IEND', []),
  ];
  return `data:image/png;base64,${base64(bytes)}`;
}

const word = (value: number): readonly number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);

function chunk(type: string, data: readonly number[]): readonly number[] {
  const body = [...type].map((c) => c.charCodeAt(0)).concat(data);
  return [...word(data.length), ...body, ...word(crc32(body))];
}

/** A zlib stream of stored blocks. */
function stored(data: Uint8Array): readonly number[] {
  const out = [0x78, 0x01];
  for (let at = 0; at < data.length; at += 65535) {
    const part = data.subarray(at, at + 65535);
    const [low, high] = [part.length & 255, part.length >>> 8];
    out.push(at + part.length >= data.length ? 1 : 0, low, high, low ^ 255, high ^ 255);
    for (const byte of part) out.push(byte);
  }
  return [...out, ...word(adler32(data))];
}

function adler32(data: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of data) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

function crc32(data: readonly number[]): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64(bytes: readonly number[]): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.slice(i, i + 3);
    const bits = (a << 16) | (b << 8) | c;
    const four = [18, 12, 6, 0].map((shift) => digits[(bits >>> shift) & 63]!);
    out += four.map((digit, k) => (i + k > bytes.length ? '=' : digit)).join('');
  }
  return out;
}

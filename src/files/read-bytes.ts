import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readError } from './errors.js';

/** The bytes of a file; why it cannot be read is told in a sentence. */
export const readBytes = (path: string): Promise<Buffer> =>
  readFile(path).catch((error: unknown) => {
    throw readError(path, error);
  });

/** The SHA-256 of bytes, or of a text as UTF-8, in hexadecimal: what recipes and models name files by. */
export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

import { ToolkitError } from '../core/errors.js';

const causes: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space and try again',
  EDQUOT: 'the disk quota is used up. Free some space and try again',
  EACCES: 'permission was denied. Choose a place you may write to',
  EPERM: 'the operation is not permitted there. Choose a place you may write to',
  EROFS: 'the file system is read-only. Choose a place you may write to',
  ENOENT: 'its directory cannot be made, or a link in it leads nowhere. Choose another place',
  EISDIR: 'it is a directory. Choose another name',
  ENOTDIR: 'a part of the path is a file, not a directory. Choose another path',
  EEXIST: 'a file stands where its directory should be. Choose another path',
  ENOTEMPTY: 'a directory of that name is in the way. Choose another name',
  ENAMETOOLONG: 'the name is too long. Choose a shorter one',
  EMFILE: 'too many files are open. Raise the limit (ulimit -n) and try again',
  EFBIG: 'the file would be larger than the file system allows',
  EIO: 'the device reported an input/output error',
};

/** The system's code of an error (`ENOSPC`), or undefined. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** "EBUSY: resource busy or locked, open '.x.tmp'" without its code and the name of the temporary file. */
const withoutPlace = (message: string): string => message.replace(/^E[A-Z0-9]+: |, \w+ '.*$/g, '');

/** What a failed write becomes: one sentence with the path, the reason and the remedy. */
export function writeError(path: string, error: unknown): ToolkitError {
  if (error instanceof ToolkitError) return error;
  const code = systemCode(error);
  const reason = (code && causes[code]) ?? (error instanceof Error ? withoutPlace(error.message) : String(error));
  return new ToolkitError('cannot-write', `Cannot write ${path}: ${reason}${code ? ` (${code})` : ''}.`, {
    cause: error,
  });
}

/** What a failed read becomes. */
export function readError(path: string, error: unknown): ToolkitError {
  if (error instanceof ToolkitError) return error;
  const code = systemCode(error);
  if (code === 'ENOENT') return new ToolkitError('not-found', `There is no file ${path}.`, { cause: error });
  if (code === 'EISDIR') return new ToolkitError('cannot-read', `Cannot read ${path}: it is a directory.`);
  const reason =
    code === 'EACCES'
      ? 'permission was denied'
      : error instanceof Error
        ? error.message
        : /* c8 ignore next */ String(error);
  return new ToolkitError('cannot-read', `Cannot read ${path}: ${reason}${code ? ` (${code})` : ''}.`, {
    cause: error,
  });
}

import { readFileSync } from 'node:fs';

/** The version in package.json, which lies two folders up in the sources and in the package alike. */
export function version(): string {
  const path = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version;
}

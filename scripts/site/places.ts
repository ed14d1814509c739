import { posix } from 'node:path';

/** Where a file of the repository is on the site: pages as HTML, sources as pages that show them, pictures as they are. */
export function placeOf(file: string): string {
  if (/\.(?:png|svg|gif|jpe?g)$/.test(file)) return file;
  if (file.endsWith('README.md')) return file.replace(/README\.md$/, 'index.html');
  if (file.endsWith('.md')) return file.replace(/\.md$/, '.html');
  return file.endsWith('/') || file === '' ? `${file}index.html` : `${file}.html`;
}

/** The way from one place to another, for pages that are opened from a disk. */
export const wayTo = (from: string, to: string): string =>
  posix.relative(posix.dirname(from), to) || posix.basename(to);

/** The anchor that Markdown viewers give a heading. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

import { posix } from 'node:path';

/** Links and pictures of the pages that lead nowhere: "docs/a.html → b.html#c". */
export function brokenLinks(pages: ReadonlyMap<string, string>, files: ReadonlySet<string>): readonly string[] {
  const ids = new Map(
    [...pages].map(([place, html]) => [place, new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!))]),
  );
  return [...pages].flatMap(([place, html]) =>
    [...html.matchAll(/<(?:a|img|link|summary)\b[^>]*? (?:href|src)="([^"]+)"/g)].flatMap(([, link = '']) => {
      if (/^(?:https?|mailto|data):/.test(link)) return [];
      const [path = '', anchor] = link.replaceAll('&amp;', '&').split('#');
      const target = path === '' ? place : posix.normalize(posix.join(posix.dirname(place), decodeURI(path)));
      const known = pages.has(target) || files.has(target);
      if (known && (anchor === undefined || ids.get(target)?.has(decodeURIComponent(anchor)))) return [];
      return [`${place} → ${link}`];
    }),
  );
}

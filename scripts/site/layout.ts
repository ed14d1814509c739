import { escapeHtml } from './code.js';
import { placeOf, wayTo } from './places.js';

/** A part of the navigation: a page, or a heading with pages below it. */
export interface NavItem {
  readonly title: string;
  readonly file: string | null;
  readonly items?: readonly NavItem[];
}

export interface LayoutOptions {
  readonly title: string;
  readonly html: string;
  /** Where the page is on the site. */
  readonly place: string;
  readonly headings: readonly { readonly level: number; readonly text: string; readonly id: string }[];
  readonly nav: readonly NavItem[];
}

/** A page with its navigation. Nothing in it needs a server, a network or a script. */
export function layout({ title, html, place, headings, nav }: LayoutOptions): string {
  const asset = (name: string): string => wayTo(place, `assets/${name}`);
  const below = headings.filter(({ level }) => level === 2);
  const contents =
    below.length < 3
      ? ''
      : `<aside><p>On this page</p><ul>${below.map(({ text, id }) => `<li><a href="#${id}">${escapeHtml(text)}</a></li>`).join('')}</ul></aside>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title === 'Langevin' ? title : `${title} · Langevin`)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${asset('katex/katex.min.css')}">
<link rel="stylesheet" href="${asset('style.css')}">
</head>
<body>
<input type="checkbox" id="menu" aria-label="Menu">
<header><label for="menu" title="Menu">☰</label><a href="${wayTo(place, 'index.html')}">Langevin</a></header>
<nav aria-label="Pages">
${navigation(nav, place)}
</nav>
<main>
${contents}
${html}</main>
</body>
</html>
`;
}

function navigation(items: readonly NavItem[], place: string): string {
  const lines = items.map(({ title, file, items: inner }) => {
    const here = file !== null && placeOf(file) === place;
    const link =
      file === null
        ? `<span>${escapeHtml(title)}</span>`
        : `<a href="${encodeURI(wayTo(place, placeOf(file)))}"${here ? ' aria-current="page"' : ''}>${escapeHtml(title)}</a>`;
    if (!inner) return `<li>${link}</li>`;
    if (file === null) return `<li class="part">${link}${navigation(inner, place)}</li>`;
    const open = here || holds(inner, place) ? ' open' : '';
    return `<li><details${open}><summary>${link}</summary>${navigation(inner, place)}</details></li>`;
  });
  return `<ul>${lines.join('\n')}</ul>`;
}

const holds = (items: readonly NavItem[], place: string): boolean =>
  items.some(({ file, items: inner = [] }) => (file !== null && placeOf(file) === place) || holds(inner, place));

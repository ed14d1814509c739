import { posix } from 'node:path';
import MarkdownIt from 'markdown-it';
import { escapeHtml, highlighted } from './code.js';
import { math } from './math.js';
import { anchorOf, placeOf, wayTo } from './places.js';

export interface Rendered {
  readonly title: string;
  readonly html: string;
  /** Headings below the title. */
  readonly headings: readonly { readonly level: number; readonly text: string; readonly id: string }[];
  /** Files of the repository that it links to or shows. */
  readonly files: readonly string[];
}

/** A Markdown file of the repository as HTML; `isFolder` tells directories from files. */
export function rendered(file: string, text: string, isFolder: (path: string) => boolean): Rendered {
  const md = new MarkdownIt({ html: true, linkify: false, typographer: false });
  math(md);
  const files: string[] = [];
  const moved = (link: string): string => {
    if (/^[a-z]+:/.test(link) || link.startsWith('#')) return link;
    const [path = '', anchor] = link.split('#');
    const target = posix.normalize(posix.join(posix.dirname(file), decodeURI(path)));
    const found = isFolder(target) ? `${target.replace(/\/$/, '')}/` : target;
    files.push(found);
    return `${encodeURI(wayTo(placeOf(file), placeOf(found)))}${anchor === undefined ? '' : `#${anchor}`}`;
  };
  const tokens = md.parse(text, {});
  const headings: { level: number; text: string; id: string }[] = [];
  for (const [i, token] of tokens.entries()) {
    if (token.type === 'heading_open') {
      const inside = (tokens[i + 1]!.children ?? []).map(({ content }) => content).join('');
      const plain = anchorOf(inside);
      const same = headings.filter(({ id }) => id === plain || id.startsWith(`${plain}-`)).length;
      const id = same === 0 ? plain : `${plain}-${same}`;
      token.attrSet('id', id);
      headings.push({ level: Number(token.tag.slice(1)), text: inside, id });
    }
    for (const child of token.children ?? []) {
      for (const name of ['href', 'src']) {
        const link = child.attrGet(name);
        if (link !== null) child.attrSet(name, moved(link));
      }
      if (child.type === 'image') child.attrSet('loading', 'lazy');
    }
  }
  md.renderer.rules.fence = (all, at) => {
    const { info, content } = all[at]!;
    const [language = ''] = info.split(' ');
    const isFormula = language === 'text' && file.startsWith('docs/reference/');
    return `<pre class="${isFormula ? 'formula' : 'code'}"><code>${highlighted(content.replace(/\n$/, ''), language)}</code></pre>\n`;
  };
  md.renderer.rules.table_open = () => '<div class="wide"><table>\n';
  md.renderer.rules.table_close = () => '</table></div>\n';
  const html = md.renderer
    .render(tokens, md.options, {})
    .replace(/<thead>\s*<tr>\s*(?:<th><\/th>\s*)+<\/tr>\s*<\/thead>\s*/g, '');
  return { title: headings[0]?.text ?? file, html, headings: headings.slice(1), files };
}

/** A source file as a page. */
export const sourcePage = (file: string, text: string): string => {
  const language = /\.(?:ts|js)$/.test(file) ? 'ts' : 'text';
  return `<h1>${escapeHtml(file)}</h1>\n<pre class="code"><code>${highlighted(text.trimEnd(), language)}</code></pre>\n`;
};

/** The files of a folder as a page. */
export const folderPage = (folder: string, files: readonly string[]): string => {
  const items = files.map((name) => `<li><a href="${escapeHtml(placeOf(name))}">${escapeHtml(name)}</a></li>`);
  return `<h1>${escapeHtml(folder)}</h1>\n<ul>${items.join('\n')}</ul>\n`;
};

/**
 * Builds the documentation as a site of plain files that opens from a disk: Markdown with typeset formulas, navigation,
 * the sources that pages link to. Fails where a link, an anchor or a picture is missing.
 *
 *   npm run docs            into _site/
 *   npm run docs -- DIR     into DIR
 */
import { existsSync, statSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './reference/source.js';
import { layout, type NavItem } from './site/layout.js';
import { brokenLinks } from './site/links.js';
import { folderPage, type Rendered, rendered, sourcePage } from './site/markdown.js';
import { placeOf } from './site/places.js';

/** Pages beside those below docs/. */
const fronts = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'bench/RESULTS.md'];

const read = (file: string): Promise<string> => readFile(join(root, file), 'utf8');
const isFolder = (path: string): boolean => existsSync(join(root, path)) && statSync(join(root, path)).isDirectory();

export interface Site {
  readonly pages: number;
  /** Links that lead nowhere; the site is written all the same, to look at them. */
  readonly broken: readonly string[];
}

/** Writes the site into a folder, which is emptied before. */
export async function buildSite(out: string): Promise<Site> {
  const below = (await readdir(join(root, 'docs'), { recursive: true })).map(
    (name) => `docs/${name.replaceAll('\\', '/')}`,
  );
  const documents = [
    ...fronts.filter((file) => existsSync(join(root, file))),
    ...below.filter((name) => name.endsWith('.md')).sort(),
  ];
  const made = new Map<string, Rendered>();
  for (const file of documents) made.set(file, rendered(file, await read(file), isFolder));
  const nav = navigation(made);

  const pages = new Map<string, string>();
  const put = (file: string, { title, html, headings }: Omit<Rendered, 'files'>): void => {
    const place = placeOf(file);
    pages.set(place, layout({ title, html, place, headings, nav }));
  };
  for (const [file, page] of made) put(file, page);
  const pictures = await others(
    [...made.values()].flatMap(({ files }) => files),
    { documents, put },
  );

  await rm(out, { recursive: true, force: true });
  for (const [place, html] of pages) await write(join(out, place), html);
  for (const file of pictures) await copy(join(root, file), join(out, file));
  await assets(out);
  const files = new Set([...pictures, 'assets/style.css', 'assets/katex/katex.min.css']);
  return { pages: pages.size, broken: brokenLinks(pages, files) };
}

interface Others {
  readonly documents: readonly string[];
  readonly put: (file: string, page: Omit<Rendered, 'files'>) => void;
}

/** Pages of the sources and folders that are linked; the pictures among the linked files come back. */
async function others(linked: readonly string[], { documents, put }: Others): Promise<ReadonlySet<string>> {
  const pictures = new Set<string>();
  const waiting = [...new Set(linked)].filter((file) => !documents.includes(file) && existsSync(join(root, file)));
  const seen = new Set(waiting);
  for (const file of waiting) {
    if (file.endsWith('/')) {
      const names = (await readdir(join(root, file))).filter((name) => /\.(?:ts|js|md|json)$/.test(name)).sort();
      const inside = names.filter((name) => !documents.includes(`${file}${name}`)).map((name) => `${file}${name}`);
      waiting.push(...inside.filter((name) => !seen.has(name)));
      for (const name of inside) seen.add(name);
      put(file, { title: file, html: folderPage(file, names), headings: [] });
    } else if (placeOf(file) === file) pictures.add(file);
    else put(file, { title: posix.basename(file), html: sourcePage(file, await read(file)), headings: [] });
  }
  return pictures;
}

/** What stands on the left of every page. */
function navigation(made: ReadonlyMap<string, Rendered>): readonly NavItem[] {
  const page = (file: string, items?: readonly NavItem[]): NavItem => ({
    title: made.get(file)!.title,
    file,
    ...(items && { items }),
  });
  const within = (folder: string): readonly string[] =>
    [...made.keys()].filter((file) => posix.dirname(file) === folder && !file.endsWith('README.md'));
  const kinds = orderOf(made.get('docs/reference/README.md')!);
  const reference = kinds.map((file) =>
    page(file, file.endsWith('README.md') ? within(posix.dirname(file)).map((inner) => page(inner)) : undefined),
  );
  const some = (files: readonly string[]): readonly NavItem[] =>
    files.filter((file) => made.has(file)).map((file) => page(file));
  return [
    page('README.md'),
    {
      title: 'Guide',
      file: null,
      items: [...within('docs/guide').map((file) => page(file)), ...some(['docs/recipes/README.md'])],
    },
    { title: 'Reference', file: null, items: [page('docs/reference/README.md'), ...reference] },
    { title: 'Evidence', file: null, items: some(['docs/results.md', 'bench/RESULTS.md']) },
    { title: 'Project', file: null, items: some(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md']) },
  ];
}

/** The pages of the reference in the order in which its front page lists them. */
const orderOf = ({ files }: Rendered): readonly string[] =>
  [...new Set(files)].filter((file) => file.endsWith('README.md') || posix.dirname(file) === 'docs/reference');

async function assets(out: string): Promise<void> {
  await copy(join(root, 'scripts/site/style.css'), join(out, 'assets/style.css'));
  const katex = join(root, 'node_modules/katex/dist');
  const css = await readFile(join(katex, 'katex.min.css'), 'utf8');
  // Every browser there is takes woff2, the first of three forms of each font.
  await write(
    join(out, 'assets/katex/katex.min.css'),
    css.replace(/,url\([^)]+\.(?:woff|ttf)\) format\("[a-z]+"\)/g, ''),
  );
  for (const font of (await readdir(join(katex, 'fonts'))).filter((name) => name.endsWith('.woff2'))) {
    await copy(join(katex, 'fonts', font), join(out, 'assets/katex/fonts', font));
  }
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = process.argv[2] ?? join(root, '_site');
  const { pages, broken } = await buildSite(out);
  if (broken.length > 0) {
    console.error(`Links that lead nowhere:\n${broken.map((link) => `  ${link}`).join('\n')}`);
    process.exitCode = 1;
  } else console.log(`${pages} pages in ${out}: open index.html.`);
}

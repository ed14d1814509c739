import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { highlighted } from '../scripts/site/code.js';
import { brokenLinks } from '../scripts/site/links.js';
import { rendered } from '../scripts/site/markdown.js';
import { buildSite, type Site } from '../scripts/site.js';

suite('the site of the documentation', () => {
  let [dir, site] = ['', undefined as Site | undefined];
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'langevin-site-'));
    site = await buildSite(join(dir, 'out'));
  });
  after(() => rm(dir, { recursive: true, force: true }));
  const page = (place: string): Promise<string> => readFile(join(dir, 'out', place), 'utf8');

  test('every link, anchor and picture leads somewhere', () => assert.deepEqual(site!.broken, []));

  test('every document has a page', async () => {
    const documents = (await readdir('docs', { recursive: true })).filter((name) => name.endsWith('.md'));
    for (const name of documents) {
      const place = `docs/${name.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html')}`;
      assert.ok(existsSync(join(dir, 'out', place)), place);
    }
  });

  test('formulas are typeset, those of sources stand as they are written', async () => {
    assert.match(await page('docs/reference/schedules/index.html'), /<math[^>]*display="block"/);
    assert.doesNotMatch(await page('docs/reference/schedules/index.html'), /\$\$/);
    assert.match(await page('docs/reference/samplers/euler.html'), /<pre class="formula"><code>n {2}= \(x − α·D\)\/σ/);
  });

  test('pages stand in the navigation, and it says which is open', async () => {
    const html = await page('docs/reference/samplers/unipc.html');
    assert.match(html, /<details open><summary><a href="index\.html">Samplers/);
    assert.match(html, /<a href="unipc\.html" aria-current="page">unipc/);
    assert.match(html, /<title>unipc · Langevin<\/title>/);
  });

  test('sources that pages link to are pages', async () => {
    assert.match(
      await page('docs/reference/samplers/heun.html'),
      /href="[./]+\/src\/sampling\/samplers\/ode\/heun\.ts\.html"/,
    );
    assert.match(await page('src/sampling/samplers/ode/heun.ts.html'), /defineSampler/);
  });

  test('it needs no network: styles and fonts are files beside it', async () => {
    const html = await page('index.html');
    for (const [, link = ''] of html.matchAll(/<(?:link|script)[^>]*(?:href|src)="([^"]+)"/g)) {
      assert.ok(link.startsWith('data:') || (await stat(join(dir, 'out', link))).isFile(), link);
    }
    const css = await page('assets/katex/katex.min.css');
    const fonts = [...css.matchAll(/url\(([^)]+)\)/g)].map(([, file]) => file!);
    assert.ok(fonts.length > 10);
    for (const font of fonts) assert.ok(existsSync(join(dir, 'out/assets/katex', font)), font);
  });
});

test('a link, an anchor and a picture that lead nowhere are found', () => {
  const pages = new Map([
    ['a.html', '<h1 id="top">A</h1><a href="b/c.html#d">c</a><a href="#top">top</a><img alt="" src="x.svg">'],
    ['b/c.html', '<a href="../a.html#nowhere">a</a><a href="gone.html">gone</a><a href="https://example.org">far</a>'],
  ]);
  assert.deepEqual(brokenLinks(pages, new Set(['x.svg'])), [
    'a.html → b/c.html#d',
    'b/c.html → ../a.html#nowhere',
    'b/c.html → gone.html',
  ]);
});

test('links between documents become links between pages', () => {
  const { html, title, headings, files } = rendered(
    'docs/a/README.md',
    '# Title\n\n[b](../b.md#part), [source](../../src/x.ts), ![p](p.svg)\n\n## Part one\n\n## Part one\n',
    () => false,
  );
  assert.match(html, /href="\.\.\/b\.html#part"/);
  assert.match(html, /href="\.\.\/\.\.\/src\/x\.ts\.html"/);
  assert.equal(title, 'Title');
  assert.deepEqual(
    headings.map(({ id }) => id),
    ['part-one', 'part-one-1'],
  );
  assert.deepEqual(files, ['docs/b.md', 'src/x.ts', 'docs/a/p.svg']);
});

test('a dollar is a formula only where TeX stands between two', () => {
  const of = (text: string): string => rendered('a.md', text, () => false).html;
  assert.match(of('$x^2$'), /katex/);
  assert.match(of('$$\nx^2\n$$'), /class="display"/);
  assert.doesNotMatch(of('5 $ and 6 $, `$x$`'), /katex/);
  assert.throws(() => of('$\\nosuch{x}$'), /KaTeX/);
});

test('code keeps its text when it is coloured', () => {
  const code = "const a = `1 < 2`; // 'quoted' & more";
  const plain = highlighted(code, 'ts').replace(/<[^>]+>/g, '');
  assert.equal(plain.replaceAll('&lt;', '<').replaceAll('&amp;', '&'), code);
});

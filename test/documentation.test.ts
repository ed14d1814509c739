import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path/posix';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const markdown = (names: readonly string[]): string[] => names.filter((name) => name.endsWith('.md'));
const documents = [
  ...markdown(await readdir(root)),
  ...markdown(await readdir(join(root, 'docs'), { recursive: true }).catch(() => [])).map((name) => `docs/${name}`),
  ...markdown(await readdir(join(root, 'bench'))).map((name) => `bench/${name}`),
];

/** Prose without code, where brackets mean something else. */
const prose = async (file: string): Promise<string> =>
  (await readFile(join(root, file), 'utf8'))
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, (code) => `‹${code.slice(1, -1)}›`);

/** The anchor that Markdown viewers give a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

const anchors = async (file: string): Promise<readonly string[]> =>
  [...(await prose(file)).matchAll(/^#{1,6} (.+)$/gm)].map((match) => anchorOf(match[1]!));

for (const file of documents) {
  test(`the links of ${file} lead somewhere`, async () => {
    const broken: string[] = [];
    for (const { 1: link = '' } of (await prose(file)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? file : join(dirname(file), decodeURI(path));
      if (!existsSync(join(root, target))) broken.push(link);
      else if (anchor && target.endsWith('.md') && !(await anchors(target)).includes(anchor)) broken.push(link);
    }
    assert.deepEqual(broken, []);
  });
}

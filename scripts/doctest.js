/**
 * Makes tests of the documentation: each ```ts fence in Markdown and each @example in src/ becomes a module that
 * imports the package by its public name, as a reader would. `expression; // → value` becomes an assertion.
 * A fence that starts with ```ts needs=PATH runs where that path exists; one with any other words behind ts is left out.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesBelow, root } from './paths.js';
import { isMain } from './run.js';

const folder = '.doctest';

const helper = `import assert from 'node:assert/strict';

/** Equal, where numbers may differ by 1e-9 of their size and a typed array may be written as an array. */
export const close = (got: unknown, expected: unknown): void => assert.deepEqual(settle(got, expected), plain(expected));

/** \`got\` with every number that is near enough replaced by the expected one. */
function settle(got: unknown, expected: unknown): unknown {
  if (typeof got === 'number' && typeof expected === 'number') {
    return Math.abs(got - expected) <= 1e-9 * Math.max(1, Math.abs(expected)) ? expected : got;
  }
  if (typeof got !== 'object' || got === null || typeof expected !== 'object' || expected === null) return got;
  const wanted = expected as Record<string, unknown>;
  const entries = Object.entries(got).map(([key, value]) => [key, settle(value, wanted[key])] as const);
  return isList(got) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

const plain = (value: unknown): unknown => (isList(value) ? Array.from(value, plain) : value);
const isList = (value: unknown): value is ArrayLike<unknown> => Array.isArray(value) || ArrayBuffer.isView(value);
`;

/** Writes the modules and one test file that runs them; returns the test files. */
export async function writeExamples() {
  const modules = new Map([['close.ts', helper]]);
  const tests = [];
  for (const file of await documents()) {
    for (const { line, code, needs } of examplesOf(file, await readFile(join(root, file), 'utf8'))) {
      const name = `${file.replace(/\W+/g, '-')}-${line}`;
      modules.set(`${name}.ts`, `import { close } from './close.js';\n${asserting(code)}\nvoid close;\n`);
      const skip = needs && !existsSync(join(root, needs)) ? `{ skip: 'needs ${needs}' }, ` : '';
      tests.push(`test('${file}:${line}', ${skip}() => import('./${name}.js'));\n`);
    }
  }
  if (tests.length === 0) return [];
  modules.set('examples.test.ts', `import { test } from 'node:test';\n\n${tests.join('')}`);
  await mirror(modules);
  return [`${folder}/examples.test.ts`];
}

/** Makes the folder hold exactly these files, touching only those that differ: another run may be reading them. */
async function mirror(modules) {
  await mkdir(join(root, folder), { recursive: true });
  for (const [name, text] of modules) {
    const path = join(root, folder, name);
    if ((await readFile(path, 'utf8').catch(() => null)) !== text) await writeFile(path, text);
  }
  for (const file of await filesBelow(folder, () => true)) {
    if (!modules.has(file.slice(folder.length + 1))) await rm(join(root, file), { force: true });
  }
}

async function documents() {
  const markdown = (file) => file.endsWith('.md');
  const source = (file) => file.endsWith('.ts') && !file.endsWith('.test.ts');
  const front = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
  const present = front.filter((file) => existsSync(join(root, file)));
  return [...present, ...(await filesBelow('docs', markdown)), ...(await filesBelow('src', source))];
}

function examplesOf(file, text) {
  const [fence, comment] = [
    /^```ts(?: needs=(\S+))?\n([\s\S]*?)^```/gm,
    /@example()\n([\s\S]*?)(?=\n *\*\/|\n *\* *@)/g,
  ];
  return [...text.matchAll(file.endsWith('.md') ? fence : comment)].map(({ 1: needs, 2: code, index }) => ({
    needs,
    line: text.slice(0, index).split('\n').length,
    code: file.endsWith('.md') ? code : code.replace(/^ *\* ?/gm, ''),
  }));
}

const asserting = (code) => code.replace(/^(.+?);? \/\/ → (.+)$/gm, 'close($1, $2);');

if (isMain(import.meta)) console.log((await writeExamples()).join('\n') || 'No examples found.');

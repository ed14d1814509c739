import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path/posix';
import { test } from 'node:test';
import { confined, rooms } from '../src/rooms.js';

interface Import {
  readonly target: string;
  /** `import type` is erased by the compiler: it is an arrow between rooms but cannot close a cycle. */
  readonly erased: boolean;
}

const source = new URL('../src/', import.meta.url);
const entries = await readdir(source, { recursive: true, withFileTypes: true });
const files = entries
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name).slice(source.pathname.length));

const imports = new Map<string, readonly Import[]>();
for (const file of files) imports.set(file, importsOf(await readFile(new URL(file, source), 'utf8')));

/** Static and dynamic imports and re-exports. `import { type A }` keeps the module, as `verbatimModuleSyntax` does. */
function importsOf(text: string): readonly Import[] {
  const code = text.replace(/^\s*(?:\/?\*|\/\/).*$/gm, ''); // examples in comments import too
  const statement = /\b(?:import|export)\s+(type\s)?(?:[\w*{}\s,$]+?\sfrom\s*)?'([^']+)'|\bimport\(\s*'([^']+)'/g;
  return [...code.matchAll(statement)].map(([, type, target, dynamic]) => ({
    target: (target ?? dynamic)!,
    erased: type !== undefined,
  }));
}

const roomOf = (file: string): string => file.split('/')[0]!;
const isTest = (file: string): boolean => file.endsWith('.test.ts');
const isRelative = ({ target }: Import): boolean => target.startsWith('.');
const resolve = (from: string, target: string): string =>
  normalize(join(dirname(from), target)).replace(/\.js$/, '.ts');

test('every folder of src/ is a room', () => {
  const found = new Set(files.filter((file) => file.includes('/')).map(roomOf));
  const unknown = [...found].filter((room) => !Object.hasOwn(rooms, room));
  assert.deepEqual(unknown, [], 'Add the room to src/rooms.ts and ARCHITECTURE.md.');
});

test('rooms import only what src/rooms.ts allows', () => {
  const broken: string[] = [];
  for (const [file, found] of imports) {
    if (isTest(file) || !file.includes('/')) continue;
    const allowed = [roomOf(file), ...(rooms[roomOf(file)] ?? [])];
    for (const { target } of found.filter(isRelative)) {
      const room = roomOf(resolve(file, target));
      if (!allowed.includes(room)) broken.push(`${file} → ${room}`);
    }
  }
  assert.deepEqual(broken, []);
});

test('confined packages stay where src/rooms.ts puts them', () => {
  const broken: string[] = [];
  for (const [file, found] of imports) {
    for (const { target } of found) {
      for (const [name, homes] of Object.entries(confined)) {
        const names = target === name || target.startsWith(`${name}/`);
        if (names && !homes.includes(file)) broken.push(`${file} → ${name} (allowed in ${homes.join(', ')})`);
      }
    }
  }
  assert.deepEqual(broken, []);
});

test('every import names a file that exists', () => {
  const known = new Set(files);
  const broken: string[] = [];
  for (const [file, found] of imports) {
    for (const { target } of found.filter(isRelative)) {
      const path = resolve(file, target);
      if (path.endsWith('.ts') && !path.startsWith('..') && !known.has(path)) broken.push(`${file} → ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

test('there are no import cycles', () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    assert.equal(start, -1, `cycle: ${[...path.slice(start), file].join(' → ')}`);
    if (done.has(file)) return;
    for (const found of imports.get(file) ?? []) {
      if (isRelative(found) && !found.erased) visit(resolve(file, found.target), [...path, file]);
    }
    done.add(file);
  };
  for (const file of files) visit(file, []);
});

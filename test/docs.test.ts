import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { commands } from '../src/cli/commands/index.js';
import { globalOptions, globalShort } from '../src/cli/global-options.js';
import { parse, settle, settleArguments } from '../src/cli/parse.js';
import { rooms } from '../src/rooms.js';

const root = new URL('../', import.meta.url);
const read = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8');

const pages = (await readdir(new URL('docs/', root), { recursive: true })).filter((name) => name.endsWith('.md'));
const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...pages.map((name) => `docs/${name}`)];

test('the arrows in ARCHITECTURE.md are those of src/rooms.ts', async () => {
  const [, section = ''] = (await read('ARCHITECTURE.md')).split('## Who may import whom');
  const [, ...table] = section.matchAll(/^\| (\w+) \| ([\w, –]+) \|$/gm); // after its head
  const rows = table.map(([, room = '', targets = '']) => [room, targets === '–' ? [] : targets.split(', ')]);
  assert.deepEqual(Object.fromEntries(rows), rooms);
});

test('the tree in ARCHITECTURE.md has every room, and no folder that is not there', async () => {
  const [, tree = ''] = /```text\nsrc\/\n([\s\S]*?)```/.exec(await read('ARCHITECTURE.md')) ?? [];
  const entries = [...tree.matchAll(/^(│ {3})?[├└]── (\S+?)(\/?) /gm)];
  const top = entries.flatMap(([, inside, name, slash]) => (!inside && slash ? [name!] : []));
  assert.deepEqual(
    top,
    Object.keys(rooms).sort((a, b) => top.indexOf(a) - top.indexOf(b)),
  );
  let room = '';
  for (const [, inside, name = ''] of entries) {
    if (!inside) room = name;
    assert.ok(existsSync(new URL(`src/${inside ? `${room}/` : ''}${name}`, root)), `src/${room}/${name}`);
  }
});

test('README.md fits, and its first screen has the two commands', async () => {
  const lines = (await read('README.md')).split('\n');
  assert.ok(lines.length <= 151, `${lines.length} lines`);
  const first = lines.slice(0, 25);
  for (const command of ['npm ci && npm start', 'npm ci && npm test']) assert.ok(first.includes(command), command);
});

test('every room that programs may use is a subpath of the package, and every subpath exists', async () => {
  const { exports } = JSON.parse(await read('package.json')) as {
    exports: Record<string, string | { default: string }>;
  };
  const missing = Object.keys(rooms).filter((room) => room !== 'cli' && !exports[`./${room}`]);
  assert.deepEqual(missing, []);
  for (const target of Object.values(exports)) {
    if (typeof target === 'string') continue;
    const source = target.default.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts');
    assert.ok(existsSync(new URL(source, root)), source);
  }
});

/** The command lines of a document, without what a shell would make of them. */
function commandLines(text: string): readonly string[] {
  const fences = [...text.matchAll(/^```console\n([\s\S]*?)^```/gm)].flatMap(([, code = '']) => code.split('\n'));
  return fences.flatMap((line) => {
    const [, rest] = /(?:^|; do )(?:langevin|node bin\/langevin\.js) (.+)/.exec(line) ?? [];
    return rest === undefined || rest.includes('[options]') ? [] : [rest.trim()];
  });
}

/** The words of a command line as a shell takes them: quotes hold together, `;` and `#` end it. */
function shellWords(line: string): readonly string[] {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare = '']) => ({ quoted, bare }));
  const end = words.findIndex(({ quoted, bare }) => quoted === undefined && /^#|;$/.test(bare));
  const own = end < 0 ? words : words.slice(0, end + (words[end]!.bare.startsWith('#') ? 0 : 1));
  return own.map(({ quoted, bare }) => quoted ?? bare.replace(/;$/, ''));
}

for (const file of documents) {
  const lines = commandLines(await read(file));
  if (lines.length === 0) continue;
  test(`the command lines of ${file} are understood`, () => {
    for (const line of lines) {
      const [name = '', ...argv] = shellWords(line.replaceAll('$g', '2'));
      const command = commands.get(name);
      const specs = { ...command.options, ...globalOptions };
      const { given, words } = parse({ owner: name, argv, specs, short: { ...globalShort, ...command.short } });
      settle(name, specs, given);
      settleArguments(name, command.arguments, words);
    }
  });
}

test('what the README shows and links to is in the package', async () => {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    ...{ cwd: fileURLToPath(new URL('..', import.meta.url)), maxBuffer: 2 ** 26 },
  });
  const [{ files }] = JSON.parse(stdout) as [{ readonly files: readonly { readonly path: string }[] }];
  const packed = new Set(files.flatMap(({ path }) => [path, `${path.slice(0, path.lastIndexOf('/') + 1)}`]));
  const links = [...(await read('README.md')).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link.split('#')[0]!);
  const own = links.filter((link) => link !== '' && !/^[a-z]+:/.test(link));
  assert.ok(own.length > 10, 'the README links to nothing');
  assert.deepEqual(
    own.filter((path) => !packed.has(path)),
    [],
    'package.json leaves out what the README links to',
  );
});

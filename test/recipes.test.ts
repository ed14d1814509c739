import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Recipe {
  readonly file: string;
  readonly code: string;
  /** What the text below the file says. */
  readonly text: string;
  /** What the file exports first. */
  readonly exported: string;
  /** The registry it is to be added to. */
  readonly index: string;
}

const recipes = [
  ...readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').matchAll(
    /^```ts file=(\S+)\n([\s\S]*?)^```\n([\s\S]*?)(?=^## |(?![\s\S]))/gm,
  ),
].map(([, file = '', code = '', below = '']): Recipe => {
  const text = below.replace(/\s+/g, ' ');
  const exported = /^export (?:const|function) (\w+)/m.exec(code)?.[1] ?? '';
  return { file, code, text, exported, index: /`(src\/[^`]*index\.ts)`/.exec(text)?.[1] ?? '' };
});

/** The `index.ts` with what the recipe says: an import, a line of the registry, and what else it names. */
function registered(source: string, { file, text, exported, index }: Recipe): string {
  const [said = ''] = /Add [^.]*? in `src\/[^`]*`/.exec(text) ?? [];
  const [, entry = exported] =
    /`('?[\w:-]+'?: [^`]+)` to|the registry an instance[^`]*`([^`]+)`/.exec(text)?.filter(Boolean) ?? [];
  const [key = ''] = entry.split(/(?<=[\w'-]): /);
  const path = relative(dirname(index), file).replace(/\.ts$/, '.js');
  const put = (into: string, where: RegExp, words: string): string => {
    assert.match(into, where, `${index} has no place for ${file}`);
    return into.replace(where, (before) => `${before}${words}`);
  };
  let made = put(source, /^import .*core\/registry\.js';\n/m, `import { ${exported} } from './${path}';\n`);
  if (said.includes('the registry')) made = put(made, /defineRegistry(?:<[^(]*>)?\(\s*'[^']+',\s*\{/, ` ${entry},`);
  if (said.includes('the names')) made = put(made, /defineRegistry<\s*Readonly<Record</, `'${key}' | `);
  if (said.includes('the exports')) made += `export { ${exported} };\n`;
  return made;
}

/** The example of a doc comment as a module: what it imports stands in `src`, and its end is an assertion. */
const asserting = (example: string): string =>
  example
    .replace(/^ *\* ?/gm, '')
    .replace(/'langevin\/(\w+)'/g, "'./src/$1/index.js'")
    .replace(/^(.*); \/\/ → (.*)$/m, 'equal($1, $2);');

suite('recipes, followed to the letter in a copy of the sources', () => {
  let dir = '';
  const run = promisify(execFile);
  const node = (file: string) => run(process.execPath, ['--import', 'tsx', file], { cwd: dir });

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'langevin-recipes-'));
    for (const part of ['src', 'scripts', 'package.json', 'tsconfig.json', 'test/golden/schedulers']) {
      cpSync(join(root, part), join(dir, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'), 'junction');
    for (const recipe of recipes) {
      writeFileSync(join(dir, recipe.file), recipe.code);
      const index = join(dir, recipe.index);
      writeFileSync(index, registered(readFileSync(index, 'utf8'), recipe));
    }
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  test('give every page of the reference', async () => {
    writeFileSync(
      join(dir, 'pages.ts'),
      `import { referencePages } from './scripts/reference.js';\nconsole.log([...(await referencePages()).keys()].join('\\n'));\n`,
    );
    const pages = new Set((await node('pages.ts')).stdout.split('\n'));
    const paged = ['schedules', 'weightings', 'levels', 'objectives', 'datasets', 'points', 'transforms', 'optimizers'];
    for (const kind of [...paged, 'curves', 'samplers', 'steps', 'guidance', 'edits', 'measurements', 'limits']) {
      const recipe = recipes.find(({ index }) => index.endsWith(`/${kind}/index.ts`));
      const name = recipe?.file.split('/').at(-1)?.replace('.ts', '');
      assert.ok(pages.has(`docs/reference/${kind}/${name}.md`), `the recipe of ${kind} has no page`);
    }
  });

  test('have examples that come out as they say', async () => {
    const examples = recipes.flatMap(({ code }) => /@example\n([\s\S]*?)\n \*\//.exec(code)?.[1] ?? []);
    assert.ok(examples.length >= 6, `${examples.length} examples`);
    const plain = 'const plain = (value) => (ArrayBuffer.isView(value) ? Array.from(value) : value);';
    const equal = 'const equal = (got, wanted) => assert.deepEqual(plain(got), plain(wanted));';
    for (const [i, example] of examples.entries()) {
      const head = `import assert from 'node:assert/strict';\n${plain}\n${equal}\n`;
      writeFileSync(join(dir, `example-${i}.mjs`), `${head}${asserting(example)}\n`);
    }
    const all = examples.map((_, i) => `await import('./example-${i}.mjs');`).join('\n');
    writeFileSync(join(dir, 'examples.mjs'), `${all}\n`);
    await node('examples.mjs');
  });

  /** Without what a recipe says, `npm run reference` ends with a sentence. */
  const refused = async (path: string, [said, instead]: readonly [string, string], sentence: string): Promise<void> => {
    const file = join(dir, path);
    const whole = readFileSync(file, 'utf8');
    assert.ok(whole.includes(said), `${path} has no ${said}`);
    writeFileSync(file, whole.replace(said, instead));
    await assert.rejects(run(process.execPath, ['--import', 'tsx', 'scripts/reference.ts', '--pages'], { cwd: dir }), {
      code: 1,
      stderr: `${path} ${sentence}\n`,
    });
    writeFileSync(file, whole);
  };

  test('what is registered and not exported is told in a sentence', () =>
    refused(
      'src/diffusion/schedules/index.ts',
      ['export { polynomial };\n', ''],
      'registers "polynomial", and langevin/diffusion does not export it. ' +
        'Add it to the exports at the end of the file as well.',
    ));

  test('an example that is missing is told in a sentence', () =>
    refused(
      'src/diffusion/schedules/polynomial.ts',
      ['@example', 'For example:'],
      'has no @example above "polynomial", and noise schedules have no usual one. ' +
        'Write one that ends in "expression; // → value", as its neighbours do.',
    ));
});

/**
 * Installs the packed tarball into an empty folder and uses it from there as a stranger would: every subpath is
 * imported, by Node and by the compiler, the engine computes, the command answers, trains a little and samples.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './paths.js';
import { isMain, run, tool } from './run.js';

export async function checkPackage() {
  const folder = await mkdtemp(join(tmpdir(), 'langevin-package-'));
  try {
    for (const [what, step] of steps) {
      console.log(`${what} …`);
      const code = await step(folder);
      if (code !== 0) {
        console.error(`The package failed: ${what}.`);
        return code;
      }
    }
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const steps = [
  ['pack', (folder) => npm(['pack', '--silent', '--pack-destination', folder], root)],
  ['install into an empty folder', install],
  ['import every subpath', importAll],
  ['resolve every subpath with TypeScript', typeAll],
  ['compute on both runtimes', compute],
  ['answer --help', help],
  ['train a little and sample from it', train],
  ['sample from the shipped model', sampleShipped],
];

const npm = (args, cwd) => run('npm', args, { cwd });

async function install(folder) {
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  await writeFile(join(folder, 'package.json'), '{ "name": "stranger", "private": true, "type": "module" }\n');
  // The engine's install script only fetches what a CPU does not need.
  await writeFile(join(folder, '.npmrc'), 'ignore-scripts=true\n');
  return npm(['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', `./${tarball}`], folder);
}

/** The package's public module names. A subpath whose room is not in src/ is announced and left out. */
async function subpaths() {
  const { name, exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, target]) => typeof target === 'object')
    .filter(([path, target]) => {
      const present = existsSync(join(root, target.default.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts')));
      if (!present) console.log(`  ${path} is in package.json but not in src/`);
      return present;
    })
    .map(([path]) => path.replace(/^\./, name));
}

async function importAll(folder) {
  const names = await subpaths();
  await writeFile(
    join(folder, 'import-all.js'),
    `for (const name of ${JSON.stringify(names)}) {
  const found = Object.keys(await import(name)).length;
  if (found === 0) throw new Error(name + ' exports nothing');
}
`,
  );
  return run('node', ['import-all.js'], { cwd: folder });
}

async function typeAll(folder) {
  const lines = (await subpaths()).map((name, i) => `export type * as room${i} from '${name}';\n`);
  await writeFile(join(folder, 'types.ts'), lines.join(''));
  for (const moduleResolution of ['nodenext', 'bundler']) {
    const compilerOptions = {
      noEmit: true,
      strict: true,
      target: 'es2023',
      lib: ['es2023', 'esnext.disposable', 'dom', 'dom.asynciterable'],
      types: [],
      module: moduleResolution === 'bundler' ? 'esnext' : 'nodenext',
      moduleResolution,
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }));
    const code = await run('node', [tool('typescript/bin/tsc'), '-p', '.'], { cwd: folder });
    if (code !== 0) return code;
  }
  return 0;
}

async function compute(folder) {
  await writeFile(
    join(folder, 'compute.js'),
    `import assert from 'node:assert/strict';
import { floats } from 'langevin/core';
import { grad, input, square, sum } from 'langevin/graph';
import { createRuntime } from 'langevin/runtime/node';
import { referenceRuntime } from 'langevin/runtime/reference';

const x = input('x', [3]);
const loss = sum(square(x));
const [slope] = grad(loss, [x]);
for (const runtime of [referenceRuntime(), createRuntime({ threads: 1 })]) {
  const executable = await runtime.compile({ outputs: { loss, slope } });
  const results = await executable.run({ x: floats([3], [1, 2, 3]) });
  executable.close();
  assert.deepEqual([...results.loss.data, ...results.slope.data], [14, 2, 4, 6], runtime.name);
}
`,
  );
  return run('node', ['compute.js'], { cwd: folder });
}

function langevin(folder, args, options) {
  return run('node', ['node_modules/langevin/bin/langevin.js', ...args], { cwd: folder, ...options });
}

function help(folder) {
  return langevin(folder, ['--help'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function train(folder) {
  const quick = ['--steps', '3', '--batch', '4', '--preview-every', '0', '--validate-every', '0', '--quiet'];
  const args = ['--data', 'emoji:faces', '--size', '16', '--model', 'tiny', '--out', 'run', ...quick];
  return (await langevin(folder, ['train', ...args])) || sample(folder, ['--model', 'run']);
}

/** The model that comes with the package is the default of the command. */
function sampleShipped(folder) {
  if (existsSync(join(root, 'models/emoji-32'))) return sample(folder, []);
  console.log('  left out: models/emoji-32 does not exist');
  return 0;
}

async function sample(folder, args) {
  const picture = join(folder, 'sample.png');
  await rm(picture, { force: true });
  const code = await langevin(folder, ['sample', ...args, '-n', '2', '--steps', '2', '-o', 'sample.png', '--quiet']);
  return code !== 0 || existsSync(picture) ? code : 1;
}

if (isMain(import.meta)) process.exitCode = await checkPackage();

/**
 * Runs the tests: src/ and test/, and the examples of the documentation when there is a build to run them on.
 *
 *   node scripts/test.js                     everything
 *   node scripts/test.js graph/ops runtime   files whose path contains one of these
 *   node scripts/test.js --test-only conv    flags go to Node's test runner
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { writeExamples } from './doctest.js';
import { filesBelow, root } from './paths.js';
import { isMain, run } from './run.js';

export async function test(args = []) {
  const flags = args.filter((arg) => arg.startsWith('-'));
  const filters = args.filter((arg) => !arg.startsWith('-')).map((arg) => arg.replace(/^\.\//, ''));
  const files = (await testFiles()).filter(
    (file) => filters.length === 0 || filters.some((part) => file.includes(part)),
  );
  if (files.length === 0) {
    console.error(`No test file matches ${filters.join(', ')}.`);
    return 1;
  }
  // tsx compiles; the reporter prints failures in full and passes as one line a file, then Node's own totals.
  const reporter = flags.some((flag) => flag.startsWith('--test-reporter'))
    ? []
    : ['--test-reporter=./scripts/reporter.js'];
  const concurrency = `--test-concurrency=${availableParallelism()}`;
  return run('node', ['--import', 'tsx', '--test', concurrency, ...reporter, ...flags, ...files]);
}

async function testFiles() {
  const written = (file) => file.endsWith('.test.ts');
  const files = [...(await filesBelow('src', written)), ...(await filesBelow('test', written))];
  if (existsSync(join(root, 'dist'))) return [...files, ...(await writeExamples())];
  console.log('There is no build in dist/: the examples of the documentation are left out.');
  return files;
}

if (isMain(import.meta)) process.exitCode = await test(process.argv.slice(2));

/**
 * The whole gate, in order of how soon a stage can fail. Stops at the first stage that does.
 *
 *   node scripts/check.js              every stage
 *   node scripts/check.js lint types   these stages only
 */
import { build } from './build.js';
import { checkPackage } from './package-test.js';
import { run, tool } from './run.js';
import { test } from './test.js';

const stages = {
  format: () => run('node', [tool('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']),
  types: () => run('node', [tool('typescript/bin/tsc'), '--project', 'tsconfig.json']),
  architecture: () => test(['test/architecture']),
  lint: () => run('node', [tool('eslint/bin/eslint.js'), '--max-warnings=0', '--no-warn-ignored', '.']),
  build,
  tests: () => test(),
  package: checkPackage,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(stages, name));
if (unknown.length > 0) {
  console.error(`Unknown stage ${unknown.join(', ')}. Known: ${Object.keys(stages).join(', ')}.`);
  process.exit(2);
}

for (const [name, stage] of Object.entries(stages)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n── ${name}`);
  const start = performance.now();
  const code = await stage();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`── ${name}: ${code === 0 ? 'passed' : 'FAILED'} after ${seconds} s`);
  if (code !== 0) process.exit(1);
}
console.log('\nEverything passed.');

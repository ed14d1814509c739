import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Fences that say which file they are: what they import is resolved from there. */
const fences = ['CONTRIBUTING.md', 'docs/guide/5-library.md'].flatMap((document) =>
  [...readFileSync(join(root, document), 'utf8').matchAll(/^```ts file=(\S+)\n([\s\S]*?)^```/gm)].map(
    ([, file = '', code = '']) => ({ document, file, code }),
  ),
);
const overlay = new Map(fences.map(({ file, code }) => [join(root, file), code]));
const examples = readdirSync(join(root, 'examples'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(root, 'examples', name));

const config = ts.getParsedCommandLineOfConfigFile(
  join(root, 'examples/tsconfig.json'),
  {},
  {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(String(diagnostic.messageText));
    },
  },
)!;
const host = ts.createCompilerHost(config.options);
const program = ts.createProgram([...overlay.keys(), ...examples], config.options, {
  ...host,
  fileExists: (file) => overlay.has(file) || host.fileExists(file),
  readFile: (file) => overlay.get(file) ?? host.readFile(file),
  getSourceFile: (file, target, ...rest) =>
    overlay.has(file)
      ? ts.createSourceFile(file, overlay.get(file)!, target)
      : host.getSourceFile(file, target, ...rest),
});

const complaints = (file: string): readonly string[] => {
  const source = program.getSourceFile(file)!;
  const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  return found.map(({ messageText, start = 0 }) => {
    const { line } = source.getLineAndCharacterOfPosition(start);
    return `line ${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
};

for (const { document, file } of fences) {
  test(`${document}: ${file} compiles`, () => assert.deepEqual(complaints(join(root, file)), []));
  test(`${document}: ${file} is not there already`, () => assert.equal(existsSync(join(root, file)), false));
}

for (const file of examples) {
  test(`${file.slice(root.length)} compiles`, () => assert.deepEqual(complaints(file), []));
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ToolkitError } from '../../src/core/errors.js';

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A TSDoc comment, taken apart. */
export interface Doc {
  /** The text as Markdown: formulas fenced, arXiv numbers linked. */
  readonly body: string;
  /** Its first sentence. */
  readonly summary: string;
  readonly example: string | null;
}

/** The comment above `export const NAME` or `export function NAME` in a source file. */
export function docOf(file: string, name: string): Doc {
  const text = readFileSync(join(root, file), 'utf8');
  const found = new RegExp(
    `/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*export (?:const|(?:async )?function\\*?) ${name}\\b`,
  ).exec(text);
  if (!found) {
    throw new ToolkitError(
      'unfinished',
      `${file} has no comment above "export … ${name}". Write one: its first sentence is its reference.`,
    );
  }
  const lines = found[1]!.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  const at = lines.findIndex((line) => line.startsWith('@example'));
  const prose = (at < 0 ? lines : lines.slice(0, at)).join('\n').trim();
  const example =
    at < 0
      ? null
      : lines
          .slice(at + 1)
          .join('\n')
          .trim();
  return { body: linked(fenced(prose)), summary: firstSentence(prose), example };
}

/** `fokkerPlanck` as `fokker-planck`. */
export const kebab = (name: string): string => name.replace(/[a-z](?=[A-Z])/g, (c) => `${c}-`).toLowerCase();

/** The functions that the files of a folder export, each with its file, in the order of the files. */
export function functionsIn(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(join(root, folder)).filter((name) => /(?<!\.test)\.ts$/.test(name) && name !== 'index.ts');
  const pattern = /^export (?:(?:async )?function\*? (\w+)|const (\w+) = (?:\(|async \())/gm;
  return new Map(
    files.sort().flatMap((file) => {
      const text = readFileSync(join(root, folder, file), 'utf8');
      return [...text.matchAll(pattern)].map(([, a, b]) => [(a ?? b)!, `${folder}/${file}`] as const);
    }),
  );
}

/** The file of a registered thing: `dpmpp-2m` or `leakyRelu` in the folder of its kind, or one folder deeper. */
export function fileOf(folder: string, name: string): string {
  const inside = readdirSync(join(root, folder), { withFileTypes: true });
  const folders = [folder, ...inside.filter((entry) => entry.isDirectory()).map((entry) => `${folder}/${entry.name}`)];
  const file = folders
    .flatMap((at) => [`${at}/${kebab(name)}-network.ts`, `${at}/${name}.ts`, `${at}/${kebab(name)}.ts`])
    .find((path) => existsSync(join(root, path)));
  if (file) return file;
  const wanted = `${folder}/${kebab(name)}.ts`;
  throw new ToolkitError('unfinished', `"${name}" is registered, and there is no ${wanted}. Name the file so.`);
}

/** Lines that stand two or more spaces in are formulas. */
function fenced(prose: string): string {
  const isFormula = (block: string): boolean => block.split('\n').every((line) => line.startsWith('  '));
  const blocks = prose.split('\n\n').flatMap(splitFormulas);
  return blocks.map((block) => (isFormula(block) ? `\`\`\`text\n${outdented(block)}\n\`\`\`` : block)).join('\n\n');
}

/** A formula may follow its sentence without an empty line between them. */
function splitFormulas(block: string): string[] {
  const parts: string[][] = [];
  for (const line of block.split('\n')) {
    const last = parts.at(-1);
    const indented = line.startsWith('  ') && !/^\s*[-\d]/.test(last?.[0] ?? '');
    if (last && last[0]!.startsWith('  ') === indented) last.push(line);
    else parts.push([line]);
  }
  return parts.map((part) => part.join('\n'));
}

const outdented = (block: string): string => block.replace(/^ {2}/gm, '');

const linked = (text: string): string =>
  text.replace(/arXiv:(\d{4}\.\d{4,5})/g, '[arXiv:$1](https://arxiv.org/abs/$1)');

function firstSentence(prose: string): string {
  const paragraph = prose
    .split('\n\n')[0]!
    .split('\n  ')[0]!
    .replace(/\s*\n\s*/g, ' ');
  return paragraph.split(/(?<!\bal|\be\.g|\bi\.e)\.\s/)[0]!.replace(/[.:]$/, '');
}

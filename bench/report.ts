import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

const file = new URL('RESULTS.md', import.meta.url);
const title = '# Measured\n\nEvery section is written by its benchmark; `bench/README.md` says how.\n';

/** A Markdown table; the first row is the head. */
export function table([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head!), `|${head!.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

/** Prints a finished section and, if asked, puts it into RESULTS.md in place of the one of the same name. */
export function report(name: string, body: string, { write }: { readonly write: boolean }): void {
  console.log(`\n${body}\n\n${circumstances()}`);
  if (!write) return;
  const section = `<!-- ${name} -->\n${body}\n\n${circumstances()}\n<!-- /${name} -->\n`;
  const old = read();
  const place = new RegExp(`<!-- ${name} -->[\\s\\S]*<!-- /${name} -->\\n`);
  writeFileSync(file, place.test(old) ? old.replace(place, () => section) : `${old}\n${section}`);
}

function read(): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return title;
  }
}

/** Where and on what the numbers were taken: machine, versions, commit, and how busy the machine was. */
function circumstances(): string {
  const git = (...args: readonly string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const dirty =
    git('status', '--porcelain', '--untracked-files=no', '--', 'src', 'bench', ':!bench/RESULTS.md') === ''
      ? ''
      : ' with local changes';
  const [cpu] = cpus();
  const facts = [
    `${cpus().length} × ${cpu?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${process.platform} ${process.arch}`,
    `Node ${process.versions.node}`,
    `onnxruntime ${engineVersion()}`,
    `commit ${git('rev-parse', '--short', 'HEAD')}${dirty}`,
    new Date().toISOString().slice(0, 10),
    `load average ${loadavg()[0]!.toFixed(1)}`,
  ];
  return `*${facts.join(' · ')}*`;
}

const engineVersion = (): string =>
  (
    JSON.parse(readFileSync(new URL('../node_modules/onnxruntime-node/package.json', import.meta.url), 'utf8')) as {
      version: string;
    }
  ).version;

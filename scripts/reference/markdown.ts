import { describeOption, type OptionSpecs } from '../../src/core/options.js';

/** A Markdown table; bars inside cells are escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

/** Rows of declared options: default, what is accepted, meaning. */
export function optionTable(specs: OptionSpecs, written: (name: string) => string = (name) => name): string {
  const rows = Object.entries(specs).map(([name, spec]) => {
    const usual = spec.default === null || spec.default === '' ? '–' : `\`${String(spec.default)}\``;
    return [`\`${written(name)}\``, usual, describeOption(spec), spec.help];
  });
  return table(['Option', 'Default', 'Accepts', 'Meaning'], rows);
}

export const fence = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\``;

const begin = (source: string): string =>
  `<!-- generated from ${source}: change it there, then run npm run reference -->`;
const end = '<!-- end of the generated part -->';

export interface PageOptions {
  readonly title: string;
  readonly source: string;
  readonly generated: readonly string[];
  /** The page as it is now, whose hand-written part stays. */
  readonly now: string | null;
}

/** A page: its title, the generated part, and whatever people wrote below it. */
export function page({ title, source, generated, now }: PageOptions): string {
  const at = now?.indexOf(end) ?? -1;
  const written = now && at >= 0 ? now.slice(at + end.length).trim() : '';
  return `${[`# ${title}`, begin(source), ...generated, end, written].filter(Boolean).join('\n\n')}\n`;
}

/** What people wrote below the generated part. */
export const writtenPart = (text: string): string => (text.split(end)[1] ?? '').trim();

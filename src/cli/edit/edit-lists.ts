import type { HelpList } from '../define-command.js';
import type { EditKind } from './define-edit-kind.js';
import { editKinds } from './kinds/index.js';
import { wantedEdit } from './own-options.js';

/** Every edit in a line each; and where `--with` names one, its own options. */
export function editLists({
  with: asked = null,
  semantic = null,
}: Readonly<Record<string, unknown>>): readonly HelpList[] {
  const all: HelpList = {
    title: 'Edits, for --with NAME',
    rows: editKinds.names.map((name) => lineOf(editKinds.get(name))),
  };
  const given = { with: asked as string | null, semantic: semantic as string | null };
  const text = wantedEdit(given);
  if (asked == null && semantic == null) {
    const more = `langevin edit --with NAME --help says the options of one, as in --with ${text}.`;
    return [{ ...all, rows: [...all.rows, ['', more]] }];
  }
  const kind = editKinds.get(text.split(':')[0]!);
  const rows = [lineOf(kind)];
  return [{ title: `Options of ${kind.name}, for --with ${kind.name}:NAME=VALUE,…`, rows, options: kind.options }];
}

/** An edit with what it needs and what it may be told. */
function lineOf({ name, summary, options, needs }: EditKind): readonly [string, string] {
  const wanted = { mask: '--mask', other: '--to' };
  const flags = [...needs.map((need) => wanted[need]), ...(name === 'semantic' ? ['--semantic'] : [])];
  const own = Object.keys(options);
  return [
    name,
    [
      summary,
      flags.length > 0 ? `Needs ${flags.join(' and ')}.` : '',
      own.length > 0 ? `Options: ${own.join(', ')}.` : '',
    ]
      .filter(Boolean)
      .join(' '),
  ];
}

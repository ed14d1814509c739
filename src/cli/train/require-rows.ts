import { ToolkitError } from '../../core/errors.js';

/** A network that is told classes needs a row for each, and one for "any class"; `name` is the file of its config. */
export function requireRows(name: string, rows: number | null, classes: number): void {
  if (classes === 0 || (rows !== null && rows > classes)) return;
  const has = rows === null ? 'there is no num_class_embeds' : `num_class_embeds is ${rows}`;
  throw new ToolkitError(
    'bad-config',
    `${name}: ${has}, and the data has ${classes} classes, which need one row each and one for "any class". ` +
      `Set num_class_embeds to ${classes + 1}, or train without classes by --condition none.`,
  );
}

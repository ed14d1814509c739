import { show, ToolkitError } from '../../core/errors.js';
import { didYouMean } from '../../core/text.js';

/** One side of a translation for one picture, as far as it was said. */
export interface Asked {
  /** The classes of the model. */
  readonly classes: readonly string[];
  /** A style or a whole class; null where nothing was said. */
  readonly style: string | null;
  /** The part behind the slash; null where nothing was said. */
  readonly group: string | null;
}

/** `noto/flags` → noto and flags; a class without a slash is a style of its own. */
export function partsOf(name: string): { readonly style: string; readonly group: string | null } {
  const at = name.indexOf('/');
  return at < 0 ? { style: name, group: null } : { style: name.slice(0, at), group: name.slice(at + 1) };
}

/** The classes that fit what was said: one when it was a whole class, or style and group. */
export function fitting(option: '--from' | '--to', { classes, style, group }: Asked): readonly string[] {
  if (style !== null && classes.includes(style)) return [style];
  const styles = [...new Set(classes.map((name) => partsOf(name).style))];
  if (style !== null && !styles.includes(style)) {
    throw new ToolkitError(
      'unknown-class',
      `translate: ${option} ${show(style)} is neither a style nor a class of the model.${didYouMean(style, [...styles, ...classes])} ` +
        `Its styles: ${styles.join(', ')}.`,
    );
  }
  const groups = [...new Set(classes.flatMap((name) => partsOf(name).group ?? []))];
  if (group !== null && !groups.includes(group)) {
    throw new ToolkitError(
      'unknown-class',
      `translate: --group ${show(group)} is no group of the model.${didYouMean(group, groups)} Its groups: ${groups.join(', ')}.`,
    );
  }
  return classes.filter((name) => {
    const parts = partsOf(name);
    return (style === null || parts.style === style) && (group === null || parts.group === group);
  });
}

/** The class of the target that keeps the group of the source. */
export function targetClass({ source, ...asked }: Asked & { readonly source: string }): string {
  const found = fitting('--to', { ...asked, group: asked.group ?? partsOf(source).group });
  if (found.length === 1) return found[0]!;
  throw new ToolkitError(
    'unknown-class',
    `translate: --to ${show(asked.style)} has ${found.length === 0 ? 'no class' : 'several classes'} for a picture of ${source}. ` +
      `Name the whole class${found.length > 0 ? `, one of ${found.join(', ')}` : ''}.`,
  );
}

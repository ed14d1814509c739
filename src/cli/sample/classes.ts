import { show, ToolkitError } from '../../core/errors.js';
import { didYouMean } from '../../core/text.js';

/** The labels that `--class` names: whole names, the parts of names between slashes, numbers, or all. */
export function parseClasses(text: string, classes: readonly string[] | null): readonly number[] {
  if (classes === null) {
    throw new ToolkitError(
      'unknown-class',
      `sample: this model has no classes, got --class ${show(text)}. Leave it out.`,
    );
  }
  if (text === 'all') return classes.map((_, label) => label);
  return text.split(',').flatMap((entry) => labelsOf(entry.trim(), classes));
}

function labelsOf(entry: string, classes: readonly string[]): readonly number[] {
  const same = (name: string): boolean => name.toLowerCase() === entry.toLowerCase();
  const whole = classes.findIndex(same);
  if (whole >= 0) return [whole];
  if (/^\d+$/.test(entry)) {
    const label = Number(entry);
    if (label < classes.length) return [label];
    throw new ToolkitError('unknown-class', `sample: classes are numbered 0 to ${classes.length - 1}, got ${entry}.`);
  }
  const parts = classes.flatMap((name, label) => (name.split('/').some(same) ? [label] : []));
  if (parts.length > 0) return parts;
  const known = [...new Set([...classes, ...classes.flatMap((name) => name.split('/'))])];
  const shown =
    classes.length > 12 ? `${classes.slice(0, 12).join(', ')}, … ${classes.length} in all` : classes.join(', ');
  throw new ToolkitError('unknown-class', `Unknown class ${show(entry)}.${didYouMean(entry, known)} Known: ${shown}.`);
}

/** One label a picture: the wanted ones in equal runs, in order. */
export const spreadLabels = (labels: readonly number[], count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => labels[Math.floor((i * labels.length) / count)]!);

import { ToolkitError } from '../core/errors.js';

/** The four ways a command ends. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Errors whose cause is what was typed. */
const usageCodes: ReadonlySet<string> = new Set([
  'usage',
  'bad-option',
  'bad-filter',
  'unknown-2d data set',
  'unknown-attribute',
  'unknown-class',
  'unknown-command',
  'unknown-curve',
  'unknown-data set',
  'unknown-dataset',
  'unknown-direction',
  'unknown-edit',
  'unknown-guidance',
  'unknown-inversion',
  'unknown-level-sampler',
  'unknown-limit',
  'unknown-metric',
  'unknown-model preset',
  'unknown-plot',
  'unknown-point model preset',
  'unknown-objective',
  'unknown-optimizer',
  'unknown-precondition',
  'unknown-sampler',
  'unknown-schedule',
  'unknown-steps',
  'unknown-transform',
  'unknown-weighting',
]);

export const exitCodeOf = (error: unknown): number =>
  error instanceof ToolkitError && usageCodes.has(error.code) ? exitCodes.usage : exitCodes.failed;

/** What to tell people: the sentence of a ToolkitError, the first line of anything else. */
export function messageOf(error: unknown): string {
  if (error instanceof ToolkitError) return error.message;
  const { code, path } = (error ?? {}) as { readonly code?: unknown; readonly path?: unknown };
  if (code === 'ENOTDIR' && typeof path === 'string') {
    return `${path} cannot be reached: a part of it is a file, and should be a folder. Choose another name.`;
  }
  if (code === 'ENOENT' && typeof path === 'string') {
    return `There is no ${path}, or it is a link that leads nowhere. Check the name.`;
  }
  const text = error instanceof Error ? error.message : String(error);
  const first = (text.split('\n')[0] ?? '').trim() || 'Unknown error';
  return `${/[.!?]$/.test(first) ? first : `${first}.`} Run again with --debug to see where.`;
}

/** The stack traces of an error and of its causes, for `--debug`. */
export function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\nCaused by: ${traceOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

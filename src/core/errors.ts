/** An error a user can act on: a stable `code` and a sentence that says who, what was expected, what came, what to do. */
export class ToolkitError extends Error {
  override readonly name = 'ToolkitError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Prints a value the way it would be typed, shortened: for the "got …" part of an error. */
export const show = (value: unknown): string => shown(value, 0);

/** Lists within lists are shown so deep; what a file says can be nested without end. */
const deepest = 4;

function shown(value: unknown, depth: number): string {
  if (typeof value === 'number' || value === undefined || value === null) return String(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    if (depth === deepest) return '[…]';
    const items = value as ArrayLike<unknown>;
    const head = Array.from({ length: Math.min(8, items.length) }, (_, i) => shown(items[i], depth + 1)).join(', ');
    return `[${head}${items.length > 8 ? `, … ${items.length} in all` : ''}]`;
  }
  const text = textOf(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return '{…}'; // too deep, or a circle
  }
}

/** Throws `internal`: for invariants that only Langevin itself can break. */
export function invariant(holds: unknown, what: string): asserts holds {
  if (!holds) throw new ToolkitError('internal', `internal: ${what}. This is a bug in Langevin, please report it.`);
}

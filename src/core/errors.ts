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
export function show(value: unknown): string {
  if (typeof value === 'number' || value === undefined || value === null) return String(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = Array.from(value as ArrayLike<unknown>);
    const head = items.slice(0, 8).map(show).join(', ');
    return `[${head}${items.length > 8 ? `, … ${items.length} in all` : ''}]`;
  }
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** Throws `internal`: for invariants that only Langevin itself can break. */
export function invariant(holds: unknown, what: string): asserts holds {
  if (!holds) throw new ToolkitError('internal', `internal: ${what}. This is a bug in Langevin, please report it.`);
}

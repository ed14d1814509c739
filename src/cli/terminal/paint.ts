/** Puts colour around text, or leaves it alone where nobody would see it. */
export type Paint = Readonly<Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', (text: string) => string>>;

export interface PaintOptions {
  readonly isTty: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Colour on a terminal, unless NO_COLOR (no-color.org) is set or the terminal is called dumb. */
export function paint({ isTty, environment }: PaintOptions): Paint {
  const coloured = isTty && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  const code =
    (on: number, off: number) =>
    (text: string): string =>
      coloured ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    bold: code(1, 22),
    dim: code(2, 22),
    red: code(31, 39),
    green: code(32, 39),
    yellow: code(33, 39),
    cyan: code(36, 39),
  };
}

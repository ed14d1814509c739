/** Seconds as `0:07`, `12:34` or `3:25:01`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Three significant digits, without exponent where people would not write one: `1234`, `12.3`, `0.0123`, `1.2e-7`. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-3) return value.toExponential(1);
  return size >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** `1,234,567`. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** With a unit prefix by thousands: `1.23 M`, `45.6 k`, `789`. */
export function short(value: number): string {
  const prefixes = ['', 'k', 'M', 'G', 'T', 'P'];
  let [scaled, power] = [value, 0];
  while (Math.abs(scaled) >= 999.5 && power < prefixes.length - 1) [scaled, power] = [scaled / 1000, power + 1];
  return power === 0 ? figure(value) : `${scaled.toPrecision(3)} ${prefixes[power]}`;
}

/** `12.3 MB`; a megabyte is a million bytes. */
export const bytes = (value: number): string => (value < 1000 ? `${value} B` : `${short(value)}B`);

/** `1 step`, `2 steps`. */
export const plural = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** Text broken at spaces so that no line is longer than `width`, following lines indented. */
export function wrap(
  text: string,
  { width, indent = 0 }: { readonly width: number; readonly indent?: number },
): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width - indent) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

/** Rows in columns; the columns of numbers are aligned to the right. */
export function table(rows: readonly (readonly (string | number)[])[], { gap = 2 } = {}): string {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((row) => String(row[c] ?? '').length)));
  const right = widths.map(
    (_, c) => rows.length > 1 && rows.slice(1).every((row) => /^[-\d.,]+( [kMGTP]?B?)?$/.test(String(row[c]))),
  );
  return rows
    .map((row) =>
      row
        .map((cell, c) => (right[c] ? String(cell).padStart(widths[c]!) : String(cell).padEnd(widths[c]!)))
        .join(' '.repeat(gap))
        .trimEnd(),
    )
    .join('\n');
}

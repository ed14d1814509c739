import { invariant } from '../core/errors.js';

/** Text as SVG shows it. */
export const escapeText = (text: string | number): string =>
  String(text).replace(
    /[&<>"']/g,
    (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]!,
  );

/** A coordinate with the digits that can be seen. */
export function fixed(value: number): string {
  invariant(Number.isFinite(value), `a drawing has the coordinate ${value}`);
  return String(Math.round(value * 100) / 100 + 0); // + 0: no −0
}

type Attributes = Readonly<Record<string, string | number | null | undefined>>;

/** One element; numbers are shortened, attributes without a value left out. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes).flatMap(([key, value]) => {
    if (value === null || value === undefined) return [];
    return [`${key}="${typeof value === 'number' ? fixed(value) : escapeText(value)}"`];
  });
  const open = [name, ...written].join(' ');
  return content === '' ? `<${open}/>` : `<${open}>${content}</${name}>`;
}

export interface TextOptions {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly kind?: 'label' | 'tick' | 'title' | 'subtitle' | 'note';
}

/** A line of text. */
export const textAt = ({ x, y, text, anchor = 'start', kind = 'label' }: TextOptions): string =>
  element('text', { class: `lp-${kind}`, x, y, 'text-anchor': anchor === 'start' ? null : anchor }, escapeText(text));

/** Sizes of text, in pixels. */
export const textSizes = { title: 18, subtitle: 14, label: 14, tick: 12.5, note: 12.5 } as const;

/** About how wide a text is: characters differ, the mean hardly. */
export const textWidth = (text: string, kind: keyof typeof textSizes = 'label'): number =>
  [...text].length * textSizes[kind] * 0.56;

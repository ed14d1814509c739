/**
 * Colours for things that have no order, told apart with any colour vision. Okabe & Ito 2008, "Color Universal Design";
 * ordered so that the first ones stand out from light and from dark grounds alike.
 */
export const categories: readonly string[] = [
  '#0072b2', // blue
  '#d55e00', // vermilion
  '#009e73', // bluish green
  '#cc79a7', // reddish purple
  '#e69f00', // orange
  '#56b4e9', // sky blue
];

/** The colour of the `i`-th thing; they come round again. */
export const category = (i: number): string => categories[i % categories.length]!;

/** A map from [0, 1] to colours of evenly rising lightness. */
export type ColourMap = (t: number) => string;

/** Straight lines in sRGB between the anchors; numbers outside [0, 1] are those at its ends. */
const through =
  (anchors: readonly string[]): ColourMap =>
  (t) => {
    const at = Math.min(1, Math.max(0, t)) * (anchors.length - 1);
    const i = Math.min(anchors.length - 2, Math.floor(at));
    const [from, to] = [channels(anchors[i]!), channels(anchors[i + 1]!)];
    return hex(from.map((value, c) => value + (at - i) * (to[c]! - value)));
  };

/** From dark violet over green to yellow. Smith & van der Walt 2015, matplotlib's default, at eleven of its values. */
export const viridis: ColourMap = through([
  ...['#440154', '#482475', '#414487', '#355f8d', '#2a788e', '#21918c'],
  ...['#22a884', '#44bf70', '#7ad151', '#bddf26', '#fde725'],
]);

/** From dark blue over grey to yellow, the same to all who see colours differently. Nuñez et al. 2018 (PLoS ONE 13:e0199239). */
export const cividis: ColourMap = through([
  ...['#00224e', '#123570', '#3b496c', '#575d6d', '#707173'],
  ...['#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838'],
]);

/** What a drawing is made of besides its data, on light and on dark ground. */
export const themes = {
  light: { ground: '#ffffff', ink: '#1d1b18', soft: '#625d55', grid: '#e9e5de', frame: '#b9b2a7' },
  dark: { ground: '#171614', ink: '#ece8e1', soft: '#aaa398', grid: '#302d29', frame: '#5c564e' },
} as const;

/** Red, green and blue in [0, 255] of `#rrggbb`. */
export const channels = (colour: string): readonly number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

const hex = (rgb: readonly number[]): string =>
  `#${rgb.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;

/** Relative luminance of a colour, 0 black to 1 white. WCAG 2.2. */
export function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = channels(colour).map((value) => {
    const c = value / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * How strongly two colours stand out from each other, 1 to 21: (L₁ + 0.05)/(L₂ + 0.05). WCAG 2.2; 3 is enough for lines
 * and dots, 4.5 for text.
 *
 * @example
 * import { contrast } from 'langevin/plot';
 * contrast('#000000', '#ffffff'); // → 21
 */
export function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** A pen stroke: the corners of a line, x to the right and y upwards. */
export type Stroke = readonly (readonly [x: number, y: number])[];

/** Every glyph is `glyphWidth` wide and `glyphHeight` high, on the grid of 5 × 7 corners it was designed on. */
export const glyphWidth = 4;
export const glyphHeight = 6;

/** Strokes apart by bars, corners as two digits x and y; `~` in front rounds the corners. */
const designs: Readonly<Record<string, string>> = {
  A: '00 26 40|12 32',
  B: '00 06|~06 26 46 43 23 03|~03 23 43 40 20 00',
  C: '~45 46 26 06 00 20 40 41',
  D: '00 06|~06 26 46 43 40 20 00',
  E: '40 00 06 46|03 33',
  F: '00 06 46|03 33',
  G: '~45 46 26 06 00 20 40 42|42 22',
  H: '00 06|40 46|03 43',
  I: '20 26|10 30|16 36',
  J: '~36 33 30 20 00 01|16 46',
  K: '00 06|46 03 40',
  L: '06 00 40',
  M: '00 06 22 46 40',
  N: '00 06 40 46',
  O: '~26 46 43 40 20 00 03 06 26',
  P: '00 06|~06 26 46 43 23 03',
  Q: '~26 46 43 40 20 00 03 06 26|22 40',
  R: '00 06|~06 26 46 43 23 03|23 40',
  S: '~45 46 26 06 03 23 43 40 20 00 01',
  T: '20 26|06 46',
  U: '~06 03 00 20 40 43 46',
  V: '06 20 46',
  W: '06 10 24 30 46',
  X: '00 46|06 40',
  Y: '06 23 46|23 20',
  Z: '06 46 00 40',
  '0': '~26 46 43 40 20 00 03 06 26',
  '1': '14 26 20|10 30',
  '2': '~05 06 26 46 44 43 00|00 40',
  '3': '~05 06 26 46 43 23|~23 43 40 20 00 01',
  '4': '30 36 02 42',
  '5': '46 06 03|~03 23 43 40 20 00 01',
  '6': '~45 46 26 06 03 00 20 40 43 23 03',
  '7': '06 46 10',
  '8': '~23 03 06 26 46 43 23|~23 03 00 20 40 43 23',
  '9': '~43 23 03 06 26 46 43 40 20 00 01',
  '+': '21 25|03 43',
  '-': '03 43',
  '=': '02 42|04 44',
  '.': '20 21',
  '!': '22 26|20 21',
  '?': '~04 06 26 46 44 23 22|20 21',
  '/': '00 46',
};

/** The strokes of every letter, digit and sign there is. */
export const glyphs: Readonly<Record<string, readonly Stroke[]>> = Object.fromEntries(
  Object.entries(designs).map(([name, design]) => [name, design.split('|').map(strokeOf)]),
);

function strokeOf(design: string): Stroke {
  const isRound = design.startsWith('~');
  const corners = design
    .replace('~', '')
    .split(' ')
    .map(([x, y]) => [Number(x), Number(y)] as const);
  return isRound ? rounded(rounded(rounded(corners))) : corners;
}

/** Every corner cut at a quarter of its sides, the ends kept: thrice done it is a smooth curve. Chaikin 1974. */
function rounded(line: Stroke): Stroke {
  const cut = line.slice(1).flatMap(([x, y], i) => {
    const [a, b] = line[i]!;
    const between = (t: number): readonly [number, number] => [a + t * (x - a), b + t * (y - b)];
    return [between(0.25), between(0.75)];
  });
  return [line[0]!, ...cut.slice(1, -1), line.at(-1)!];
}

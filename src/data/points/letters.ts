import { ToolkitError } from '../../core/errors.js';
import { definePointSet } from './point-set.js';
import { glyphHeight, glyphs, glyphWidth, type Stroke } from './stroke-font.js';

/** Space between letters, in units of the font. */
const gap = 1.6;

/**
 * Text drawn with a pen: points lie evenly along the strokes of the letters, each letter a class. The letters are
 * built in, so that the points are the same on every machine, whatever fonts it has.
 */
export const letters = definePointSet({
  name: 'letters',
  summary: 'Text drawn with a pen, one class a letter.',
  usage: 'letters[:TEXT]',
  argument: 'DDPM',
  noise: 0.012,
  prepare(argument) {
    const characters = [...argument.toUpperCase()];
    const unknown = characters.find((c) => c !== ' ' && !Object.hasOwn(glyphs, c));
    if (unknown !== undefined) {
      throw new ToolkitError(
        'bad-option',
        `2d:letters cannot draw "${unknown}". It has: ${Object.keys(glyphs).join('')} and spaces.`,
      );
    }
    if (characters.every((c) => c === ' ') || characters.length > 24) {
      throw new ToolkitError('bad-option', `2d:letters: the text must be 1 to 24 letters, got "${argument}".`);
    }
    const classes = [...new Set(characters.filter((c) => c !== ' '))];
    const width = characters.length * (glyphWidth + gap) - gap;
    const scale = Math.min(1.76 / width, 1.76 / glyphHeight);
    const place = (i: number, [x, y]: readonly [number, number]): readonly [number, number] => [
      (x + i * (glyphWidth + gap) - width / 2) * scale,
      (y - glyphHeight / 2) * scale,
    ];
    const pieces = characters.flatMap((c, i) =>
      (glyphs[c] ?? []).flatMap((stroke) =>
        segments(
          stroke.map((at) => place(i, at)),
          classes.indexOf(c),
        ),
      ),
    );
    const ends = Float64Array.from(pieces, ({ length }) => length);
    for (let i = 1; i < ends.length; i++) ends[i]! += ends[i - 1]!;
    return {
      classes,
      noise: 0.12 * scale,
      draw: ([u = 0]) => {
        const wanted = u * ends[ends.length - 1]!;
        const i = Math.max(
          0,
          ends.findIndex((end) => wanted < end),
        );
        const { from, to, length, label } = pieces[i]!;
        const part = 1 - (ends[i]! - wanted) / length;
        return { x: from[0] + part * (to[0] - from[0]), y: from[1] + part * (to[1] - from[1]), label };
      },
    };
  },
});

function segments(stroke: Stroke, label: number) {
  return stroke.slice(1).map((to, i) => {
    const from = stroke[i]!;
    return { from, to, length: Math.hypot(to[0] - from[0], to[1] - from[1]), label };
  });
}

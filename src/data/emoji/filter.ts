import { ToolkitError } from '../../core/errors.js';
import { didYouMean } from '../../core/text.js';
import { type Drawing, groupNames, styleNames } from './catalogue.js';
import { isFace, isToned } from './names.js';

const words: Readonly<Record<string, (drawing: Drawing) => boolean>> = {
  faces: ({ icon, group }) => isFace(icon, group),
  untoned: ({ name }) => !isToned(name),
  ...Object.fromEntries(styleNames.map((style) => [style, (drawing: Drawing) => drawing.style === style])),
  ...Object.fromEntries(groupNames.map((group) => [group, (drawing: Drawing) => drawing.group === group])),
};

/** Everything a filter can say. */
export const filterWords: readonly string[] = Object.keys(words);

/**
 * A filter as a question about drawings. Words joined by "/" narrow, terms joined by "," add:
 * `noto/faces,twemoji/animals-nature`. The empty filter takes everything.
 */
export function parseFilter(filter: string): (drawing: Drawing) => boolean {
  if (filter.trim() === '') return () => true;
  const terms = filter.split(',').map((term) => {
    const tests = term.split('/').map((part) => {
      const word = part.trim();
      if (Object.hasOwn(words, word)) return words[word]!;
      throw new ToolkitError(
        'bad-filter',
        `emoji: unknown filter "${word}".${didYouMean(word, filterWords)} ` +
          `Known: ${filterWords.join(', ')}; "/" between two narrows, "," adds.`,
      );
    });
    return (drawing: Drawing) => tests.every((test) => test(drawing));
  });
  return (drawing) => terms.some((term) => term(drawing));
}

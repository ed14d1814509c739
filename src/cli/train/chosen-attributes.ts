import { ToolkitError } from '../../core/errors.js';
import { didYouMean } from '../../core/text.js';
import { type DataSet, splitIndices } from '../../data/dataset.js';
import { type AttributeCount, countAttributes, kindOf } from '../../data/index.js';
import { usageError } from '../parse.js';

/** Training pictures that must have an attribute, and be known not to have it, before it is learnt. */
const leastPictures = 8;

/**
 * The attributes that `list` names, whole or by kind, or all, of those that enough training pictures have and enough are
 * known not to have, in alphabetical order.
 */
export function chosenAttributes(owner: string, data: DataSet, list: string | null): readonly AttributeCount[] {
  const counts = countAttributes(data, splitIndices(data, 'train'));
  const frequent = counts.filter(({ present, absent }) => present >= leastPictures && absent >= leastPictures);
  if (frequent.length === 0) {
    throw new ToolkitError(
      'bad-data',
      `${data.name} has no attribute that ${leastPictures} training pictures have and ${leastPictures} have not. Take more or other data.`,
    );
  }
  const words = list?.split(',').map((word) => word.trim()) ?? [];
  const known = [...new Set(frequent.flatMap(({ name }) => [kindOf(name), name]))];
  for (const word of words) {
    if (known.includes(word)) continue;
    const rare = counts.find(({ name }) => name === word);
    const problem = rare
      ? `only ${Math.min(rare.present, rare.absent)} training pictures tell "${word}" apart, and ${leastPictures} are needed`
      : `there is no attribute or kind "${word}"`;
    throw usageError(
      `${owner}: --attributes: ${problem}.${rare ? '' : didYouMean(word, known)} Kinds: ${[...new Set(frequent.map(({ name }) => kindOf(name)))].join(', ')}.`,
    );
  }
  if (words.length === 0) return frequent;
  return frequent.filter(({ name }) => words.includes(name) || words.includes(kindOf(name)));
}

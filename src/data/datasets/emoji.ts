import { ToolkitError } from '../../core/errors.js';
import { text } from '../../core/options.js';
import { defaultCacheDir } from '../cache.js';
import { checkedSize, dataSet, defineDataset, type Item } from '../dataset.js';
import { catalogue, emojiClasses, sourceOf, styleNames } from '../emoji/catalogue.js';
import { draw } from '../emoji/draw.js';
import { parseFilter } from '../emoji/filter.js';

/**
 * Some 11,000 emoji in four styles, drawn from the installed icon packages and kept in a cache.
 *
 * - 36 classes, style × Unicode group, whose numbers no filter changes;
 * - captions from the names; skin tone, who, hair and expression as attributes;
 * - one name for the same emoji in every style, so that pairs can be made by name;
 * - a split by family: an emoji, its other styles and its variants in tone, sex, hair and direction are all on one side.
 *
 * @example
 * import { emoji, finish } from 'langevin/data';
 * const faces = await finish(emoji.load({ filter: 'noto/faces' }, { size: 16 }));
 * faces.item(0).caption; // → 'angry face'
 */
export const emoji = defineDataset({
  name: 'emoji',
  summary: 'Emoji in four styles and nine groups, drawn here from installed packages.',
  usage: 'emoji[:FILTER]',
  argument: 'filter',
  options: {
    filter: text({
      default: '',
      placeholder: 'FILTER',
      help: 'Styles, groups, "faces" or "untoned"; "/" narrows, "," adds. Empty takes all.',
    }),
  },
  async *load({ filter }, context) {
    const size = checkedSize('emoji', context, 32);
    const wanted = parseFilter(filter);
    const all = await catalogue();
    const drawings = all.filter(wanted);
    if (drawings.length === 0) {
      throw new ToolkitError('empty-data', `emoji: no drawing fits the filter "${filter}". Use "," to add terms.`);
    }
    const labels = new Set(drawings.map(({ label }) => label));
    const pixels = yield* draw({
      drawings: all.filter(({ label }) => labels.has(label)), // whole labels, because they are cached as such
      size,
      cacheDir: context.cacheDir ?? defaultCacheDir(),
      signal: context.signal,
    });
    const images = new Uint8Array(drawings.length * 3 * size * size);
    for (const [i, drawing] of drawings.entries()) images.set(pixels.get(drawing)!, i * 3 * size * size);
    yield { what: `Loaded ${drawings.length} emoji`, done: drawings.length, total: drawings.length };
    const used = styleNames.filter((style) => drawings.some((drawing) => drawing.style === style));
    return dataSet({
      name: filter === '' ? 'emoji' : `emoji:${filter}`,
      sources: await Promise.all(used.map(sourceOf)),
      size,
      channels: 3,
      classes: emojiClasses,
      images,
      items: drawings.map(({ style: _, group: __, icon: ___, ...item }): Item => Object.freeze(item)),
      skipped: [],
    });
  },
});

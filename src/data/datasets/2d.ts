import { ToolkitError } from '../../core/errors.js';
import { integer, number, text } from '../../core/options.js';
import { fold, gaussians, type Key, key, uniforms } from '../../core/random.js';
import { dataSet, defineDataset, type Item, type Source } from '../dataset.js';
import type { PointSampler } from '../points/index.js';
import { pointSets } from '../points/index.js';
import { splitOf } from '../split.js';

/** Points between two signs of life. */
const chunk = 2_000;

const usages = pointSets.names.map((name) => pointSets.get(name).usage).join(', ');

const formula: Source = { name: 'a formula', author: 'Langevin', license: 'CC0-1.0', url: null };

/**
 * Points in the plane instead of pictures: swissroll, moons, checkerboard, gaussians[:COUNT], letters[:TEXT], svg:FILE.
 * All lie in [−1, 1]², where pictures have their values. Point i is the same however many there are; the split goes by
 * its number. Models of them train in seconds and everything about them can be drawn: the playground for ideas.
 *
 * @example
 * import { datasets, finish } from 'langevin/data';
 * const roll = await finish(datasets.get('2d').load({ which: 'swissroll', count: 500 }));
 * [roll.count, ...roll.shape]; // → [500, 2]
 */
export const points = defineDataset({
  name: '2d',
  summary: 'Points in the plane: a playground that trains in seconds.',
  usage: '2d:NAME',
  argument: 'which',
  options: {
    which: text({ default: 'swissroll', placeholder: 'NAME', help: `Which points: ${usages}.` }),
    count: integer({ default: 10_000, min: 40, max: 1_000_000, help: 'How many points.' }),
    noise: number({
      default: null,
      min: 0,
      max: 0.3,
      help: 'Standard deviation of the noise around the shape; as suits the shape unless told.',
    }),
    seed: integer({ default: 0, min: 0, max: Number.MAX_SAFE_INTEGER, help: 'Which points of the distribution.' }),
  },
  async *load({ which, count, noise, seed }, context) {
    if (context.size !== undefined) {
      throw new ToolkitError('bad-option', `2d: points have no size, asked for ${context.size}. Leave the size out.`);
    }
    const [name = '', ...rest] = which.split(':');
    const set = pointSets.get(name);
    const argument = rest.join(':');
    if (argument !== '' && set.argument === null) {
      throw new ToolkitError('bad-option', `2d:${name} takes nothing behind its name, got "${argument}".`);
    }
    const chosen = argument === '' ? (set.argument ?? '') : argument;
    const what = `Drawing 2d:${which}`;
    yield { what, done: 0, total: count };
    const sampler = await set.prepare(chosen);
    const { classes } = sampler;
    const images = new Float32Array(2 * count);
    const items: Item[] = [];
    const from = fold(key(seed), '2d', which);
    for (let i = 0; i < count; i++) {
      if (i % chunk === 0) {
        context.signal?.throwIfAborted();
        if (i > 0) yield { what, done: i, total: count };
      }
      const { x, y, label } = drawn(sampler, { from: fold(from, i), noise: noise ?? sampler.noise ?? set.noise });
      images.set([x, y], 2 * i);
      const caption = classes?.[label] ?? '';
      items.push({ name: String(i), label, caption, attributes: [], split: splitOf(`2d/${i}`), mirrorable: false });
    }
    yield { what, done: count, total: count };
    return dataSet({
      name: `2d:${which}`,
      sources: [set.source?.(chosen) ?? formula],
      size: 1,
      channels: 2,
      shape: [2],
      classes,
      images,
      items,
      skipped: [],
    });
  },
});

/** One point with its noise, drawn anew in the rare case that the noise carries it out of the square. */
function drawn({ draw }: PointSampler, { from, noise }: { readonly from: Key; readonly noise: number }) {
  for (let attempt = 0; ; attempt++) {
    const stream = attempt === 0 ? from : fold(from, attempt);
    const point = draw(uniforms(stream, 4));
    const [dx = 0, dy = 0] = noise === 0 ? [] : gaussians(fold(stream, 'noise'), 2);
    const [x, y] = [point.x + noise * dx, point.y + noise * dy];
    if (Math.max(Math.abs(x), Math.abs(y)) <= 1) return { x, y, label: point.label };
  }
}

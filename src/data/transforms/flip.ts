import { number } from '../../core/options.js';
import { uniform } from '../../core/random.js';
import { defineTransform } from './transform.js';

/** Left and right exchanged, only where the mirror image goes by the same name. */
export const flip = defineTransform({
  name: 'flip',
  summary: 'Mirrors what may be mirrored.',
  labels: ['flipped'],
  options: {
    probability: number({ default: 0.5, min: 0, max: 1, help: 'How often.' }),
  },
  apply({ image, size, item, key }, { probability }) {
    if (!item.mirrorable || uniform(key) >= probability) return { image, label: [0] };
    const mirrored = image.map((_, i) => image[i - (i % size) + size - 1 - (i % size)]!);
    return { image: mirrored, label: [1] };
  },
});

import { choice, integer, number } from '../../core/options.js';
import { uniforms } from '../../core/random.js';
import { sampleAt } from './sample-at.js';
import { defineTransform } from './transform.js';

/** Shifted by whole pixels, so that nothing is blurred. */
export const translate = defineTransform({
  name: 'translate',
  summary: 'Shifts by a few whole pixels.',
  labels: ['right', 'down'],
  options: {
    pixels: integer({ default: 1, min: 0, max: 64, help: 'Largest shift in each direction.' }),
    probability: number({ default: 1, min: 0, max: 1, help: 'How often.' }),
    fill: choice(['white', 'edge'], { default: 'white', help: 'What comes in from outside.' }),
  },
  apply({ image, channels, size, key }, { pixels, probability, fill }) {
    const [whether, u, v] = uniforms(key, 3) as unknown as readonly [number, number, number];
    if (whether >= probability) return { image, label: [0, 0] };
    const right = Math.floor(u * (2 * pixels + 1)) - pixels;
    const down = Math.floor(v * (2 * pixels + 1)) - pixels;
    if (right === 0 && down === 0) return { image, label: [0, 0] };
    const moved = sampleAt({ image, channels, size, fill }, (x, y) => [x - right, y - down]);
    return { image: moved, label: [right / size, down / size] };
  },
});

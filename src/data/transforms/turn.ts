import { choice, number } from '../../core/options.js';
import { uniforms } from '../../core/random.js';
import { sampleAt } from './sample-at.js';
import { defineTransform } from './transform.js';

/** Turned about the centre and scaled by e^s, both a little; bilinear. */
export const turn = defineTransform({
  name: 'turn',
  summary: 'Turns and scales a little about the centre.',
  labels: ['log-scale', 'angle'],
  options: {
    degrees: number({ default: 5, min: 0, max: 180, help: 'Largest angle either way.' }),
    scale: number({ default: 0.05, min: 0, max: 0.5, help: 'Largest |ln| of the scale.' }),
    probability: number({ default: 0.5, min: 0, max: 1, help: 'How often.' }),
    fill: choice(['white', 'edge'], { default: 'white', help: 'What comes in from outside.' }),
  },
  apply({ image, channels, size, key }, { degrees, scale, probability, fill }) {
    const [whether, u, v] = uniforms(key, 3) as unknown as readonly [number, number, number];
    if (whether >= probability) return { image, label: [0, 0] };
    const s = (2 * u - 1) * scale;
    const angle = ((2 * v - 1) * degrees * Math.PI) / 180;
    const [c, d] = [Math.cos(angle) * Math.exp(-s), Math.sin(angle) * Math.exp(-s)];
    const m = (size - 1) / 2;
    // Where the pixel came from: turned back and scaled back about the centre m.
    const from = (x: number, y: number): readonly [number, number] => [
      m + c * (x - m) + d * (y - m),
      m - d * (x - m) + c * (y - m),
    ];
    return { image: sampleAt({ image, channels, size, fill }, from), label: [s, angle] };
  },
});

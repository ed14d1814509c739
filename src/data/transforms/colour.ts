import { number } from '../../core/options.js';
import { uniforms } from '../../core/random.js';
import { defineTransform } from './transform.js';

/**
 * Brightness added and contrast and saturation multiplied, in that order:
 *
 *   x′ = g + s·(c·(x + b) − g),   g the mean of the colour channels of c·(x + b)
 *
 * White backgrounds change with the rest, hence small by default. Alpha is left alone.
 */
export const colour = defineTransform({
  name: 'colour',
  summary: 'Changes brightness, contrast and saturation a little.',
  labels: ['brightness', 'log-contrast', 'log-saturation'],
  options: {
    brightness: number({ default: 0.05, min: 0, max: 1, help: 'Largest change of brightness either way, of 2.' }),
    contrast: number({ default: 0.05, min: 0, max: 1, help: 'Largest |ln| of the contrast.' }),
    saturation: number({ default: 0.1, min: 0, max: 2, help: 'Largest |ln| of the saturation.' }),
    probability: number({ default: 0.5, min: 0, max: 1, help: 'How often.' }),
  },
  apply({ image, channels, key }, { brightness, contrast, saturation, probability }) {
    const [whether, u, v, w] = uniforms(key, 4) as unknown as readonly [number, number, number, number];
    if (whether >= probability) return { image, label: [0, 0, 0] };
    const b = (2 * u - 1) * brightness;
    const c = (2 * v - 1) * contrast;
    const s = (2 * w - 1) * saturation;
    const [ec, es] = [Math.exp(c), Math.exp(s)];
    const out = image.slice();
    const coloured = channels === 4 ? 3 : channels;
    const pixels = image.length / channels;
    for (let i = 0; i < pixels; i++) {
      let g = 0;
      for (let k = 0; k < coloured; k++) g += (ec * (image[k * pixels + i]! + b)) / coloured;
      for (let k = 0; k < coloured; k++) {
        const value = g + es * (ec * (image[k * pixels + i]! + b) - g);
        out[k * pixels + i] = Math.max(-1, Math.min(1, value));
      }
    }
    return { image: out, label: [b, c, s] };
  },
});

import { ToolkitError } from '../../core/errors.js';
import { definePointSet } from './point-set.js';

/**
 * Gaussians of one width on a circle of radius 0.7, each a class: modes that a model may drop, and a mixture whose
 * density, score and denoiser are known in closed form at every noise level. Eight of them, or as many as the number
 * behind the colon says.
 */
export const gaussians = definePointSet({
  name: 'gaussians',
  summary: 'Gaussians on a circle, one class each.',
  usage: 'gaussians[:COUNT]',
  argument: '8',
  noise: 0.06,
  prepare(argument) {
    const count = Number(argument);
    if (!(Number.isInteger(count) && count >= 1 && count <= 64)) {
      throw new ToolkitError('bad-option', `2d:gaussians: the count must be an integer in [1, 64], got "${argument}".`);
    }
    return {
      classes: Array.from({ length: count }, (_, k) => `${Math.round((360 * k) / count)}°`),
      draw: ([u = 0]) => {
        const label = Math.floor(u * count);
        const angle = (2 * Math.PI * label) / count;
        return { x: 0.7 * Math.cos(angle), y: 0.7 * Math.sin(angle), label };
      },
    };
  },
});

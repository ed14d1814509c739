import { definePointSet } from './point-set.js';

/**
 * A rolled-up sheet seen from the side: (x, y) = t/(4.5π)·(cos t, sin t)·0.85, t uniform in [1.5π, 4.5π].
 * Tenenbaum et al. 2000 (Science 290:2319), as scikit-learn's `make_swiss_roll`; the example of Sohl-Dickstein et al.
 * 2015 (arXiv:1503.03585), Figure 1.
 */
export const swissroll = definePointSet({
  name: 'swissroll',
  summary: 'A spiral of one and a half turns.',
  usage: 'swissroll',
  argument: null,
  noise: 0.02,
  prepare: () => ({
    classes: null,
    draw: ([u = 0]) => {
      const t = 1.5 * Math.PI * (1 + 2 * u);
      const r = (0.85 * t) / (4.5 * Math.PI);
      return { x: r * Math.cos(t), y: r * Math.sin(t), label: -1 };
    },
  }),
});

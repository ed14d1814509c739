import { definePointSet } from './point-set.js';

/**
 * Two half circles that reach into each other: (cos θ, sin θ) and (1 − cos θ, ½ − sin θ), θ uniform in [0, π], moved to
 * the middle and scaled. scikit-learn's `make_moons`. The moons are the classes.
 */
export const moons = definePointSet({
  name: 'moons',
  summary: 'Two half circles that reach into each other, one class each.',
  usage: 'moons',
  argument: null,
  noise: 0.03,
  prepare: () => ({
    classes: ['upper', 'lower'],
    draw: ([u = 0, which = 0]) => {
      const theta = Math.PI * u;
      const label = which < 0.5 ? 0 : 1;
      const [x, y] = label === 0 ? [Math.cos(theta), Math.sin(theta)] : [1 - Math.cos(theta), 0.5 - Math.sin(theta)];
      return { x: (x - 0.5) / 1.75, y: (y - 0.25) / 1.75, label };
    },
  }),
});

import { definePointSet } from './point-set.js';

/** The dark squares of a board of 4 × 4, evenly filled: sharp edges and corners, the hard case for a small network. */
export const checkerboard = definePointSet({
  name: 'checkerboard',
  summary: 'The dark squares of a board of 4 × 4.',
  usage: 'checkerboard',
  argument: null,
  noise: 0,
  prepare: () => ({
    classes: null,
    draw: ([u = 0, v = 0, square = 0]) => {
      const which = Math.floor(8 * square);
      const row = which >> 1;
      const column = 2 * (which & 1) + (row & 1);
      return { x: 0.9 * ((column + u) / 2 - 1), y: 0.9 * ((row + v) / 2 - 1), label: -1 };
    },
  }),
});

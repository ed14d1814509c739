import { floats } from '../../../core/host-array.js';
import { integer } from '../../../core/options.js';
import type { Batch } from '../batch.js';
import { defineEdit } from '../edit.js';
import { blend } from '../painting/blend.js';
import { extended } from '../painting/canvas.js';
import { repaintCost, repaintWalk } from './repaint.js';

const margin = (side: string) =>
  integer({
    default: 0,
    min: 0,
    max: 4096,
    help: `Pixels added ${side}; the sum of both sides must suit the network.`,
  });

/**
 * Out-painting: the picture on a larger canvas, whose new pixels are painted as `repaint` does. Networks that are
 * convolutional take any size that can be halved as often as they do it; they have learnt how much a picture of their
 * own size holds, and a canvas twice as large is likely to get a second figure. Lugmayr et al. 2022, arXiv:2201.09865,
 * "Expand" in Section 5.
 *
 * @example
 * import { floats } from 'langevin/core';
 * import { outpaint } from 'langevin/sampling';
 * const { source, mask } = outpaint({ right: 2 }).canvas({ source: floats([1, 1, 1, 2], [0.5, 0.25]), mask: null });
 * [source.shape, [...mask.data]]; // → [[1, 1, 1, 4], [0, 0, 1, 1]]
 */
export const outpaint = defineEdit({
  name: 'outpaint',
  summary: 'Paints on beyond the borders of the picture.',
  options: {
    left: margin('on the left'),
    right: margin('on the right'),
    top: margin('above'),
    bottom: margin('below'),
    jump: integer({ default: 5, min: 1, max: 10_000, help: 'Steps that are taken back at once.' }),
    resamples: integer({ default: 5, min: 1, max: 10_000, help: 'How often every stretch is walked in all.' }),
  },
  neutral: [{}],
  canvas({ source, mask }, { left, right, top, bottom }) {
    const sides = { left, right, top, bottom };
    const fresh = extended(zeros(source), { ...sides, fill: 1 });
    const own =
      mask === null ? fresh : blend({ mask: fresh, change: fresh, keep: extended(mask, { ...sides, fill: 1 }) });
    return { source: extended(source, { ...sides, fill: 'border' }), mask: own };
  },
  cost: ({ sampler, steps }, { jump, resamples }) => repaintCost({ sampler, steps }, { jump, resamples }),
  walk: (at, { jump, resamples }) => repaintWalk(at, { jump, resamples }),
});

const zeros = ({ shape }: Batch): Batch => floats(shape);

import { ToolkitError } from '../../core/errors.js';
import { luma } from '../../sampling/index.js';
import { defineModelCondition, withPresence } from './model-condition.js';

/**
 * The picture in grey, its brightness Y = 0.299·R + 0.587·G + 0.114·B, and a channel of ones: what is left to do is the
 * colour. Saharia et al. 2022, "Palette" (arXiv:2111.05826), Section 4.
 */
export const colour = defineModelCondition({
  name: 'image:colour',
  summary: 'The picture in grey.',
  kind: 'image',
  options: {},
  settle({ channels }) {
    if (channels === 3) return { width: 2, names: null };
    throw new ToolkitError(
      'bad-option',
      `image:colour: pictures must have the channels RGB, got ${channels} channels.`,
    );
  },
  of: ({ x }) => withPresence(luma().apply(x)),
});

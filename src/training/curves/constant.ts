import { integer } from '../../core/options.js';
import { defineCurve } from '../curve.js';

/** Linear warm-up, then the full rate for ever. */
export const constant = defineCurve({
  name: 'constant',
  options: { warmup: integer({ default: 100, min: 0, help: 'Steps over which the rate rises from 0.' }) },
  factor: ({ step }, { warmup }) => (step < warmup ? (step + 1) / warmup : 1),
});

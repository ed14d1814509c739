import { defineRegistry } from '../../core/registry.js';
import type { Dataset } from '../dataset.js';
import { points } from './2d.js';
import { emoji } from './emoji.js';
import { folder } from './folder.js';
import { mnist } from './mnist.js';
import { npy } from './npy.js';

export { points } from './2d.js';
export { emoji } from './emoji.js';
export { folder } from './folder.js';
export { mnist } from './mnist.js';
export { npy } from './npy.js';

/** Every data set, by the name it is asked for. */
export const datasets = defineRegistry<Readonly<Record<'2d' | 'emoji' | 'folder' | 'mnist' | 'npy', Dataset>>>(
  'dataset',
  {
    emoji,
    folder,
    mnist,
    npy,
    '2d': points,
  },
);

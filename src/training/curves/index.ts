import { defineRegistry } from '../../core/registry.js';
import { constant } from './constant.js';
import { cosine } from './cosine.js';

/** Every learning-rate curve by name. */
export const curves = defineRegistry('curve', { constant, cosine });

export { constant, cosine };

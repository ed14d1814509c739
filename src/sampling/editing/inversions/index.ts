import { defineRegistry } from '../../../core/registry.js';
import { ddimInversion } from './ddim.js';
import { editFriendlyInversion } from './edit-friendly.js';
import { fixedPointInversion } from './fixed-point.js';
import { secondOrderInversion } from './second-order.js';

/** Ways from a picture to noise that a walk leads back from, by name. */
export const inversions = defineRegistry('inversion', {
  ddim: ddimInversion,
  'second-order': secondOrderInversion,
  'fixed-point': fixedPointInversion,
  'edit-friendly': editFriendlyInversion,
});

export type InversionName = keyof typeof inversions.entries;
export * from './inversion.js';
export { ddimInversion, editFriendlyInversion, fixedPointInversion, secondOrderInversion };

import { defineRegistry } from '../../../core/registry.js';
import { inpaintByBlending } from './blend.js';
import { colourise } from './colourise.js';
import { deblur } from './deblur.js';
import { inpaintByGradient } from './dps.js';
import { interpolate } from './interpolate.js';
import { outpaint } from './outpaint.js';
import { partialNoising } from './partial-noising.js';
import { repaint } from './repaint.js';
import { strokesToPicture } from './strokes.js';
import { superResolution } from './super-resolution.js';
import { variations } from './variations.js';

export const edits = defineRegistry('edit', {
  blend: inpaintByBlending,
  colourise,
  deblur,
  dps: inpaintByGradient,
  interpolate,
  outpaint,
  'partial-noising': partialNoising,
  repaint,
  strokes: strokesToPicture,
  'super-resolution': superResolution,
  variations,
});

export type EditName = keyof typeof edits.entries;
export {
  colourise,
  deblur,
  inpaintByBlending,
  inpaintByGradient,
  interpolate,
  outpaint,
  partialNoising,
  repaint,
  strokesToPicture,
  superResolution,
  variations,
};

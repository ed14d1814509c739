import { integer, number, text } from '../../core/options.js';
import { pathGuidanceOptions } from '../sample/guidance-options.js';
import { sampleOptions } from '../sample/sample-options.js';
import { inputOptions } from './input-pictures.js';

const { model, seed } = sampleOptions;

/** The way to noise, for every command that takes it. */
export const walkOptions = {
  with: text({
    default: 'fixed-point',
    placeholder: 'NAME[:OPTIONS]',
    help: 'ddim, second-order, fixed-point or edit-friendly, with options as in fixed-point:tolerance=1e-5.',
  }),
  steps: integer({
    default: 20,
    min: 1,
    max: 10_000,
    help: 'Steps from picture to pure noise; a few more where the one next to the picture must be cut.',
  }),
  strength: number({
    default: 1,
    min: 0,
    max: 1,
    help: 'The part of the steps that is walked, from the picture up; 1 is all the way to pure noise.',
  }),
  seed,
  batch: integer({ default: 16, min: 1, max: 4096, help: 'Pictures computed together; changes nothing else.' }),
};

/** What inverting can be told, each declared once. */
export const invertOptions = {
  ...walkOptions,
  model,
  class: text({
    default: null,
    placeholder: 'NAMES',
    help: 'Class of the pictures, one for all or as many as pictures; what the data says, or any class, unless told. Several in one picture as in sample.',
  }),
  ...pathGuidanceOptions,
  guidance: number({
    ...pathGuidanceOptions.guidance,
    help: 'How hard the class is followed, there and back; 1 unless told; other scales with fixed-point and edit-friendly alone.',
  }),
  ...inputOptions,
  reconstruct: text({
    default: null,
    placeholder: 'FILE',
    help: 'Walks back from the .safetensors of an inversion in place of inverting; --class and guidance as in the file, or others.',
  }),
  out: text({
    default: 'inverted.png',
    placeholder: 'FILE',
    help: 'A .png of source, noise and reconstruction; a .npy of the noise; or a .safetensors of noise, noise maps and recipe.',
  }),
  scale: integer({
    default: null,
    min: 1,
    max: 64,
    help: 'Enlargement by whole pixels; to about 64 pixels unless told.',
  }),
};

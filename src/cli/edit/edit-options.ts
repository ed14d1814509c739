import { choice, flag, integer, number, text } from '../../core/options.js';
import { guidanceOptions } from '../sample/guidance-options.js';
import { sampleOptions } from '../sample/sample-options.js';
import { toldOptions } from '../sample/told.js';

const { model, class: classes, sampler, spacing, eta, seed, random } = sampleOptions;

/** What editing can be told, each declared once. */
export const editOptions = {
  with: text({
    default: null,
    placeholder: 'NAME[:OPTIONS]',
    help: 'The edit and its options, as in repaint:jump=5,resamples=10; partial-noising unless told, semantic with --semantic.',
  }),
  strength: number({
    default: null,
    min: 0,
    max: 1,
    help: 'Short for the option strength of the edit: 0 changes nothing.',
  }),
  semantic: text({
    default: null,
    placeholder: 'LIST',
    help: 'Attributes and strengths, as in smile=1.5,skin-tone:dark=-1; alone, or on the way of the edit that is named. langevin directions lists them.',
  }),
  directions: text({
    default: null,
    placeholder: 'DIR',
    help: 'The folder of the directions behind --semantic; those that come with Langevin unless told.',
  }),
  mask: text({
    default: null,
    placeholder: 'MASK',
    help: 'Where the picture may change: box:X,Y,W,H or circle:X,Y,R in its pixels, or a PNG that is light or opaque there.',
  }),
  invertMask: flag({ help: 'Changes what lies outside of the mask.' }),
  feather: number({
    default: 0,
    min: 0,
    max: 1000,
    help: 'Pixels over which the change fades in, on the inside of the mask.',
  }),
  to: text({ default: null, placeholder: 'PICTURE', help: 'The second picture, or seed:N, for edits between two.' }),
  fit: choice(['model', 'none'], {
    default: 'model',
    help: 'Brings the picture to the size of the model and the result back to its own, or edits it at its own size.',
  }),
  model,
  count: integer({
    default: null,
    min: 1,
    max: 1000,
    help: 'How many results, each with noise of its own; 1, or 8 between two pictures.',
  }),
  class: classes,
  ...toldOptions,
  ...guidanceOptions,
  steps: integer({
    default: 50,
    min: 1,
    max: 10_000,
    help: 'Steps from pure noise to picture, of which an edit may take a part.',
  }),
  sampler,
  spacing,
  eta,
  seed,
  random,
  batch: integer({ default: 16, min: 1, max: 4096, help: 'Results computed together; changes nothing else.' }),
  out: text({
    default: 'edited.png',
    placeholder: 'FILE',
    help: 'A .png with the result, several in a grid; a .npy with the numbers; or a folder/ of single files.',
  }),
  strip: text({ default: null, placeholder: 'FILE', help: 'A .png with before and after beside each other.' }),
  gif: text({ default: null, placeholder: 'FILE', help: 'A .gif of the way, the source beside it.' }),
  previews: text({
    default: null,
    placeholder: 'FOLDER',
    help: 'Writes what is expected while the work goes on, about ten pictures.',
  }),
  scale: integer({
    default: null,
    min: 1,
    max: 64,
    help: 'Enlargement of strip, GIF and previews by whole pixels; to about 128 pixels unless told.',
  }),
};

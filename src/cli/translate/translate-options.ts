import { flag, integer, number, text } from '../../core/options.js';
import { inputOptions } from '../invert/input-pictures.js';
import { walkOptions } from '../invert/invert-options.js';
import { pathGuidanceOptions } from '../sample/guidance-options.js';
import { sampleOptions } from '../sample/sample-options.js';

/** What translating can be told, each declared once. */
export const translateOptions = {
  from: text({
    default: null,
    placeholder: 'STYLE',
    help: 'What the pictures are: a style (the part of a class before its slash), or a whole class; as the data says or the judge guesses unless told.',
  }),
  to: text({ default: null, placeholder: 'STYLE', help: 'What they should become: a style, or a whole class.' }),
  group: text({
    default: null,
    placeholder: 'GROUP',
    help: 'The part of a class behind its slash, which a translation keeps; as the data says or the judge guesses unless told.',
  }),
  ...walkOptions,
  model: sampleOptions.model,
  targetModel: text({
    default: null,
    placeholder: 'DIR',
    help: 'A second model, of what the pictures should become, trained on the same levels.',
  }),
  judge: text({
    default: null,
    placeholder: 'DIR',
    help: 'The classifier that guesses classes which nobody said; the shipped one unless told.',
  }),
  sourceGuidance: number({
    default: 1,
    min: 0,
    max: 100,
    help: 'How hard the class is followed on the way to noise; above 1 with fixed-point and edit-friendly alone.',
  }),
  ...pathGuidanceOptions,
  guidance: number({
    ...pathGuidanceOptions.guidance,
    help: 'How hard the class is followed on the way from noise; 1 unless told. The other options of guidance are for that way too.',
  }),
  cycle: flag({ help: 'Translates back as well, and says how well the pictures return.' }),
  ...inputOptions,
  out: text({
    default: 'translated.png',
    placeholder: 'FILE',
    help: 'A .png of the results, several in a row; a .npy with the numbers; or a folder/ of single files.',
  }),
  strip: text({
    default: null,
    placeholder: 'FILE',
    help: 'A .png with a row for each picture: before, after, and back with --cycle.',
  }),
  gif: text({ default: null, placeholder: 'FILE', help: 'A .gif of the way to noise and on, the pictures beside it.' }),
  scale: integer({
    default: null,
    min: 1,
    max: 64,
    help: 'Enlargement of strip and GIF by whole pixels; to about 64 pixels unless told.',
  }),
};

import { defineRegistry } from '../../core/registry.js';
import { edit } from '../commands/edit.js';
import { invert } from '../commands/invert.js';
import { translate } from '../commands/translate.js';
import { again } from './again.js';
import { againSample } from './again-sample.js';
import type { Runner } from './runner.js';

/** Who makes a picture again, by the command of its recipe. */
export const runners = defineRegistry<Readonly<Record<string, Runner>>>('command that can be replayed', {
  sample: againSample,
  edit: again(edit, { strip: true, words: ([picture]) => ({ picture: picture! }) }),
  invert: again(invert, { strip: false, words: (pictures) => ({ pictures }) }),
  translate: again(translate, { strip: true, words: (pictures) => ({ pictures }) }),
});

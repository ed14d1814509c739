import { flag, text } from '../../core/options.js';
import { defineCommand } from '../define-command.js';
import { type ReplayResult, runReplay } from '../replay/run-replay.js';
import { figure, plural } from '../terminal/format.js';

export const replay = defineCommand({
  name: 'replay',
  summary: 'Makes a picture again out of the recipe in its file, and compares every byte.',
  details:
    'PNGs and GIFs that sample, edit, invert and translate write carry how they were made: options, seed, version, the SHA-256 of ' +
    'the weights and of every file they were made from: sources, masks, directions. What has changed since is said. The ' +
    'exit code is 0 where the picture is the same again, and 1 where it is not.',
  arguments: {
    picture: { placeholder: 'PICTURE', help: 'A PNG or GIF that Langevin wrote.', required: true },
  },
  options: {
    model: text({
      default: null,
      placeholder: 'DIR',
      help: 'Where the model is now; where the recipe says unless told.',
    }),
    source: text({
      default: null,
      placeholder: 'FILE',
      help: 'Where the source picture is now, or the folder of it, its mask and its directions; where the recipe says, or beside the picture, unless told.',
    }),
    anyway: flag({ help: 'Goes on with other weights than those the picture was made with.' }),
    out: text({ default: null, placeholder: 'FILE', help: 'Where the picture goes; it is only compared unless told.' }),
  },
  short: { o: 'out' },
  examples: ['langevin replay samples.png', 'langevin replay edited.png --source photos/ -o again.png'],
  async run({ arguments: { picture }, options, globals, out, signal }) {
    const begin = performance.now();
    const { recipe, identical, difference, file } = await runReplay({ file: picture, options, globals, out, signal });
    const seconds = (performance.now() - begin) / 1000;
    const written = file === null ? '' : `, written to ${file}`;
    const how = difference
      ? `${plural(difference.count, 'number')} of it changed, by ${difference.most} at most`
      : 'it has another size';
    const verdict = identical
      ? 'the same, byte for byte'
      : difference?.count === 0
        ? 'the same picture in another file'
        : `not the same: ${how}`;
    out.print(`${picture}: made again in ${figure(seconds)} s${written}: ${verdict}.`);
    return { identical, difference, files: file === null ? [] : [file], seconds, recipe };
  },
  isFailure: ({ difference }) => (difference as ReplayResult['difference'])?.count !== 0,
});

import { defineCommand } from '../define-command.js';
import type { EditOptions } from '../edit/define-edit-kind.js';
import { editLists } from '../edit/edit-lists.js';
import { editOptions } from '../edit/edit-options.js';
import { refuseOutputs, watcher, writeEdit } from '../edit/edit-outputs.js';
import { chosenEdit } from '../edit/own-options.js';
import { runEdit } from '../edit/run-edit.js';
import { openModel } from '../model/open-model.js';
import { modelFolder } from '../model/shipped-model.js';
import { openRuntime } from '../runtime.js';
import { tellModel } from '../sample/told.js';
import { figure } from '../terminal/format.js';
import { version } from '../version.js';

/** What a recipe leaves out: where results go says nothing about them. */
const outputs: ReadonlySet<string> = new Set(['out', 'strip', 'gif', 'previews', 'model']);

export const edit = defineCommand({
  name: 'edit',
  summary: 'Changes a picture with a trained model: fills holes, continues, enlarges, colours, varies.',
  details:
    'Outside of a mask every byte stays as it was; without one the result has the size and the transparency of its ' +
    'source. PNG and GIF carry the recipe with the hash of the source.',
  lists: editLists,
  arguments: {
    picture: {
      placeholder: 'PICTURE',
      help: 'A PNG, JPEG, WebP or GIF; or seed:N, what the model draws from a seed.',
      required: true,
    },
  },
  options: editOptions,
  short: { w: 'with', m: 'mask', n: 'count', o: 'out', c: 'class', g: 'guidance', s: 'seed' },
  examples: [
    'langevin edit smile.png --strength 0.4 -o changed.png --strip before-after.png',
    'langevin edit smile.png --with repaint:jump=5,resamples=10 --mask box:16,0,16,32 -o filled.png',
    'langevin edit smile.png --with outpaint:right=16 -o wider.png',
    'langevin edit small.png --with super-resolution:factor=4 -o large.png',
    'langevin edit grey.png --with colourise --class noto/smileys-emotion --guidance 2 -n 4 -o colours/',
    'langevin edit a.png --to b.png --with interpolate -n 8 -o between.png --gif between.gif',
    'langevin edit seed:1 --to seed:2 --with interpolate --class noto/animals-nature -o between.png',
  ],
  async run({ arguments: { picture }, options: given, given: names, globals, out, signal }) {
    const options = given as EditOptions;
    refuseOutputs(picture, options);
    chosenEdit(options);
    const path = modelFolder('edit', options.model);
    const { model, classes, told, note } = await tellModel(await openModel(path, out), options, 'edit');
    if (note) out.say(note);
    const { frames, watch } = watcher(options);
    const begin = performance.now();
    const edited = await runEdit({
      ...{ picture, model, out, watch, signal },
      options: { ...options, class: options.class ?? classes },
      given: names,
      runtime: openRuntime(globals),
    });
    const seconds = (performance.now() - begin) / 1000;
    const { sampling, facts, seam } = edited;
    const recipe = {
      ...{ langevin: version(), command: 'edit', model: path, weights: model.hash },
      ...(told && { told }),
      ...facts,
      ...sampling,
      options: Object.fromEntries(Object.entries(options).filter(([name]) => !outputs.has(name))),
    };
    const files = await writeEdit({ edited, frames, options, recipe });
    const usual = seam === null || seam.source === null ? '' : ` (${figure(seam.source)} in the source)`;
    const edge = seam === null ? '' : ` Its seam: ${figure(seam.ratio)}${usual}.`;
    out.print(`Wrote ${files.join(', ')} in ${figure(seconds)} s.${edge}`);
    return { files, seconds, seam, recipe };
  },
});

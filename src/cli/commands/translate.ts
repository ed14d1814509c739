import { defineCommand } from '../define-command.js';
import { reportRows } from '../invert/report.js';
import { openModel } from '../model/open-model.js';
import { modelFolder } from '../model/shipped-model.js';
import { openRuntime } from '../runtime.js';
import { figure, table } from '../terminal/format.js';
import { runTranslate } from '../translate/run-translate.js';
import { translateOptions } from '../translate/translate-options.js';

export const translate = defineCommand({
  name: 'translate',
  summary: 'Draws pictures of one style in another, without having seen pairs.',
  details:
    'Dual diffusion implicit bridges: a picture is taken to noise under its own class, and from the same noise back under ' +
    'the class wanted. The group of a class (noto/flags) is kept. With fixed-point the way is exact, so that translating ' +
    'back returns the picture; edit-friendly with --strength 0.6 keeps more of the picture and cannot be undone.',
  arguments: {
    pictures: {
      placeholder: 'PICTURE…',
      help: 'PNG, JPEG, WebP or GIF files; or see --data.',
      required: false,
      many: true,
    },
  },
  options: translateOptions,
  short: { w: 'with', n: 'count', o: 'out', g: 'guidance', s: 'seed' },
  examples: [
    'langevin translate smile.png --from noto --to twemoji -o translated.png --strip before-after.png',
    'langevin translate --data emoji:noto/faces --to twemoji -n 8 --cycle --strip cycle.png',
    'langevin translate *.png --from noto/flags --to fluent --guidance 2 --with edit-friendly --strength 0.7 -o flags/',
    'langevin translate digit.png --model runs/digits --target-model runs/letters -o letter.png',
  ],
  async run({ arguments: { pictures }, options, globals, out, signal }) {
    const path = modelFolder('translate', options.model);
    const model = await openModel(path, out);
    const target = options.targetModel === null ? model : await openModel(options.targetModel, out);
    const begin = performance.now();
    const runtime = openRuntime(globals);
    const job = { files: pictures, options, model, path, target, runtime, out, signal };
    const { files, classes, cycle, recipe } = await runTranslate(job);
    const seconds = (performance.now() - begin) / 1000;
    if (cycle.length > 0) out.print(`There and back:\n\n${table(reportRows(cycle))}\n`);
    out.print(`Wrote ${files.join(', ')} in ${figure(seconds)} s.`);
    return { files, pictures: classes, cycle, seconds, recipe };
  },
});

import { defineCommand } from '../define-command.js';
import { invertOptions } from '../invert/invert-options.js';
import { reportRows } from '../invert/report.js';
import { runInvert } from '../invert/run-invert.js';
import { openModel } from '../model/open-model.js';
import { modelFolder } from '../model/shipped-model.js';
import { openRuntime } from '../runtime.js';
import { figure, table } from '../terminal/format.js';

export const invert = defineCommand({
  name: 'invert',
  summary: 'Finds the noise that a model makes a picture of, and says how well it comes back.',
  details:
    'ddim walks the deterministic sampler upwards and misses by O(h), second-order by O(h²); fixed-point solves for every ' +
    'step until the way back is exact, and says where it could not; edit-friendly records the noise of a stochastic walk, ' +
    'which is exact by construction. The pictures are brought to the size of the model.',
  arguments: {
    pictures: {
      placeholder: 'PICTURE…',
      help: 'PNG, JPEG, WebP or GIF files; or see --data.',
      required: false,
      many: true,
    },
  },
  options: invertOptions,
  short: { w: 'with', n: 'count', o: 'out', c: 'class', g: 'guidance', s: 'seed' },
  examples: [
    'langevin invert smile.png --class noto/smileys-emotion -o strip.png',
    'langevin invert smile.png --with edit-friendly --steps 50 -o noise.safetensors',
    'langevin invert --reconstruct noise.safetensors --class twemoji/smileys-emotion -o other.png',
    'langevin invert --data emoji:noto/faces -n 8 --with ddim --steps 100 -o strip.png',
  ],
  async run({ arguments: { pictures }, options, globals, out, signal }) {
    const path = modelFolder('invert', options.model);
    const model = await openModel(path, out);
    const begin = performance.now();
    const job = { files: pictures, options, model, path, runtime: openRuntime(globals), out, signal };
    const { file, reports, recipe } = await runInvert(job);
    const seconds = (performance.now() - begin) / 1000;
    if (reports.length > 0) out.print(`${table(reportRows(reports))}\n`);
    out.print(`Wrote ${file} in ${figure(seconds)} s.`);
    return { files: [file], pictures: reports, seconds, recipe };
  },
});

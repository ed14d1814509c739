import { isPointModel } from '../../pipelines/index.js';
import { defineCommand } from '../define-command.js';
import { openModel } from '../model/open-model.js';
import { modelFolder } from '../model/shipped-model.js';
import { openRuntime } from '../runtime.js';
import { drawSamples } from '../sample/draw-samples.js';
import { openGuiding } from '../sample/open-guiding.js';
import { outputKind, writeSamples } from '../sample/outputs.js';
import { refuseSinglePoints, writePoints } from '../sample/point-outputs.js';
import { sampleOptions } from '../sample/sample-options.js';
import { columnsOf, scaleOf, settleSampling } from '../sample/settle-sampling.js';
import { tellModel } from '../sample/told.js';
import { figure, plural } from '../terminal/format.js';
import { version } from '../version.js';

export const sample = defineCommand({
  name: 'sample',
  summary: 'Draws pictures, or points, with a trained model.',
  details:
    'Writes a grid, single files, an animation of the way out of the noise, or the numbers. Every PNG and GIF carries ' +
    'the recipe it was made by. Picture i depends on the seed, on i and on its class, and not on how many are made.',
  arguments: {},
  options: sampleOptions,
  short: { n: 'count', o: 'out', c: 'class', g: 'guidance', s: 'seed' },
  examples: [
    'langevin sample --model runs/emoji-faces-16 -n 64 -o faces.png',
    'langevin sample --class noto/smileys-emotion --guidance 2 --sampler dpmpp-2m -o smileys.gif',
    'langevin sample --class all -o classes.png',
    "langevin sample --class 'noto/food-drink&!0.5*noto/objects' --guidance 6 --guidance-method apg -o food.png",
    'langevin sample --class noto/food-drink --guidance 4 --guidance-interval 0.1..0.8 --guidance-rescale 0.7 -o food.png',
    'langevin sample --model runs/2d-moons -o moons.svg',
  ],
  async run({ options, given, globals, out, signal }) {
    const kind = outputKind(options.out, options.single);
    const path = modelFolder('sample', options.model);
    const { model, classes, told, note } = await tellModel(await openModel(path, out), options);
    if (note) out.say(note);
    const ofPoints = isPointModel(model);
    if (ofPoints) refuseSinglePoints(kind);
    const opened = await openGuiding(options, { owner: 'sample', out });
    const sampling = settleSampling({ ...options, class: options.class ?? classes }, model, given, opened);
    const keep = kind === 'animation' ? options.show : null;
    const begin = performance.now();
    const { pictures, frames } = await drawSamples({
      model,
      runtime: openRuntime(globals),
      sampling,
      guiding: opened.models,
      keep,
      out,
      signal,
    });
    const seconds = (performance.now() - begin) / 1000;
    const recipe = {
      langevin: version(),
      command: 'sample',
      model: path,
      weights: model.hash,
      ...(told && { told }),
      ...sampling,
      ...(keep && { show: keep }),
    };
    const results = { out: options.out, kind, pictures, frames, recipe };
    const files = ofPoints
      ? await writePoints({ ...results, labels: sampling.labels, classes: model.classes })
      : await writeSamples({
          ...results,
          columns: options.columns ?? columnsOf(sampling),
          scale: options.scale ?? scaleOf(model),
        });
    out.print(
      `Wrote ${options.out}: ${plural(sampling.count, ofPoints ? 'point' : 'picture')} in ${figure(seconds)} s.`,
    );
    return { files, seconds, recipe };
  },
});

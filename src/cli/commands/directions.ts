import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { semanticAttributes } from '../../data/emoji/semantic-attributes.js';
import { writeFileAtomic } from '../../files/atomic.js';
import { isPointModel, loadDirection, pictureShape } from '../../pipelines/index.js';
import { defineCommand } from '../define-command.js';
import { directionsCard } from '../directions/directions-card.js';
import { directionsOptions } from '../directions/directions-options.js';
import { examplesOf } from '../directions/examples.js';
import { refuseOptions } from '../directions/refuse-options.js';
import { type DirectionsOptions, runDirections } from '../directions/run-directions.js';
import { runJacobian } from '../directions/run-jacobian.js';
import { openModel } from '../model/open-model.js';
import { modelFolder } from '../model/shipped-model.js';
import { usageError } from '../parse.js';
import { openRuntime } from '../runtime.js';
import { figure, table } from '../terminal/format.js';
import { loadData } from '../train/load-data.js';

export const directions = defineCommand({
  name: 'directions',
  summary: 'Finds what to change inside of a model for its pictures to get an attribute.',
  details:
    'Writes a file for each attribute, for edit --semantic. Trained ones are small networks, taught through the ' +
    'asymmetric process by the same figure with and without the attribute, by a classifier of attributes, or by both; ' +
    'the others are directions in what passes a tap of the network. Held-out families of the data are not looked at.',
  arguments: {},
  options: directionsOptions,
  short: { o: 'out', c: 'class', s: 'seed' },
  examples: [
    'langevin directions',
    'langevin directions --attribute smile,open-mouth,skin-tone:dark -o directions/',
    'langevin directions --attribute who:boy --method mean-difference --tap mid_block -o directions/',
    'langevin directions --method jacobian --picture smile.png --class noto/smileys-emotion -o directions/',
    'langevin directions --attribute smile --judge models/attributes-32 --pairs-weight 0',
  ],
  async run({ options: given, globals, out, signal }) {
    const options = given as DirectionsOptions;
    const path = modelFolder('directions', options.model);
    const model = await openModel(path, out);
    if (isPointModel(model)) throw usageError('directions: this model makes points, and directions are of pictures.');
    const [channels, , side] = pictureShape(model);
    const load = () => loadData({ data: options.data, size: side, channels, out, signal });
    const begin = performance.now();
    const told = (files: readonly string[]) => {
      const seconds = (performance.now() - begin) / 1000;
      out.print(`Wrote ${files.join(', ')} in ${figure(seconds)} s.`);
      return { files, seconds };
    };
    if (options.method === 'jacobian') {
      const made = await runJacobian({ options, model, runtime: openRuntime(globals), out, signal });
      const directions = await directionsIn(options.out);
      const isLearnt = directions.some(({ direction }) => direction.details['data'] !== undefined);
      const data = isLearnt ? await load() : null;
      await writeFileAtomic(
        join(options.out, 'README.md'),
        directionsCard({ directions, model, modelName: path, folder: options.out, data }),
      );
      return told(made.map(({ file }) => file));
    }
    const runtime = openRuntime(globals);
    if (options.attribute !== null) await refuseOptions({ options, model, runtime });
    const data = await load();
    if (options.attribute === null) {
      const rows = semanticAttributes.names.map((name) => {
        const [train, all] = [examplesOf(name, data, 'train'), examplesOf(name, data, 'all')];
        const { attribute, help } = semanticAttributes.get(name);
        return {
          name,
          tag: attribute,
          help,
          pairs: train.pairs.length,
          with: train.with.length,
          held: all.pairs.length,
        };
      });
      const lines = rows.map((row) => [row.name, row.help, row.tag, `${row.pairs} of ${row.held}`, `${row.with}`]);
      out.print(table([['attribute', 'what it is', 'tag', 'pairs to learn from', 'pictures'], ...lines]));
      return { attributes: rows };
    }
    const made = await runDirections({ options, model, data, runtime, out, signal });
    const files = made.map(({ file }) => file);
    const directions = await directionsIn(options.out);
    const card = directionsCard({ directions, model, modelName: path, folder: options.out, data });
    await writeFileAtomic(join(options.out, 'README.md'), card);
    return told(files);
  },
});

/** Every direction of a folder, so that its README tells of those found earlier too. */
async function directionsIn(folder: string) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.safetensors')).sort();
  return Promise.all(names.map(async (name) => ({ file: name, direction: await loadDirection(join(folder, name)) })));
}

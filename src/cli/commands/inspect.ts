import { flag } from '../../core/options.js';
import { dump } from '../../graph/index.js';
import { type DiffusionModel, isPointModel, pictureShape } from '../../pipelines/index.js';
import { defineCommand } from '../define-command.js';
import { describeNetwork, type NetworkDescription } from '../inspect/describe-network.js';
import { describePicture, isPictureFile } from '../inspect/describe-picture.js';
import { describeRun } from '../inspect/describe-run.js';
import { licenceOf, type ModelCard, readModelCard } from '../model/model-card.js';
import { openModel } from '../model/open-model.js';
import { usageError } from '../parse.js';
import { bytes, count, short, table } from '../terminal/format.js';

export const inspect = defineCommand({
  name: 'inspect',
  summary: 'Says what a model or a training run is made of, and how a picture was made.',
  details:
    'Parameters, floating-point operations and memory of one forward pass of one picture, the parts of the network, ' +
    'what it predicts on which noise schedule, its licence, and for a run how far it has come. Of a PNG or GIF that Langevin ' +
    'wrote: the recipe in it.',
  arguments: {
    model: {
      placeholder: 'MODEL',
      help: 'A model folder, the folder of its unet, a training run, or a picture.',
      required: true,
    },
  },
  options: {
    graph: flag({ help: 'Prints the computation of the forward pass instead, one line per operation.' }),
    card: flag({ help: 'Prints the model card instead.' }),
  },
  examples: ['langevin inspect models/emoji-32', 'langevin inspect runs/faces --json', 'langevin inspect samples.gif'],
  async run({ arguments: { model }, options, out }) {
    if (isPictureFile(model)) {
      if (options.graph || options.card) throw usageError('inspect: --graph and --card are of models. Leave them out.');
      const { text, recipe } = await describePicture(model);
      out.print(text);
      return { picture: model, recipe };
    }
    const loaded = await openModel(model, out);
    const card = await readModelCard(model);
    const description = describeNetwork(loaded.network);
    const { graph, ...facts } = description;
    const run = await describeRun(model, loaded);
    if (options.graph) out.print(dump(graph));
    else if (options.card) out.print(card?.text ?? `${model} has no card: there is no README.md in it.`);
    else
      out.print(
        [model, ...heading({ loaded, card, description }), ...run.lines, '', partTable(description)].join('\n'),
      );
    const { config, scheme, classes, hash } = loaded;
    return {
      model,
      ...facts,
      config,
      scheme,
      classes,
      hash,
      license: card ? licenceOf(card) : null,
      card: card?.text ?? null,
      run: run.facts,
      ...(options.graph && { graph: dump(graph) }),
    };
  },
});

interface Heading {
  readonly loaded: DiffusionModel;
  readonly card: ModelCard | null;
  readonly description: NetworkDescription;
}

function heading({ loaded, card, description }: Heading): string[] {
  const { config, scheme, classes } = loaded;
  const size = pictureShape(loaded).slice(1).join(' × ');
  const kind = isPointModel(loaded)
    ? `MLP for points of ${config.in_channels} numbers`
    : `U-Net for ${size} × ${config.in_channels}`;
  const labels = classes ? [`${classes.length} classes`] : [];
  const { grid, prediction, sampler, steps } = scheme;
  const schedule = 'betas' in grid ? `${grid.betas.length} given betas` : `${grid.schedule}, ${grid.count} steps`;
  const { parameters, flops, memory } = description;
  const rows = {
    Network: [kind, ...labels].join(', '),
    Parameters: `${count(parameters)} (${bytes(memory.weights)} as float32)`,
    'One forward': `${short(flops)}FLOP, ${bytes(memory.activations)} of intermediate results`,
    Schedule: `${schedule}${grid.zeroTerminalSnr ? ', ends in pure noise' : ''}`,
    Predicts: prediction,
    Sampler: `${sampler.name}, ${steps.name} steps`,
    Licence: (card && licenceOf(card)) ?? 'not stated',
    Card: card?.file ?? 'none',
  };
  return Object.entries(rows).map(([name, value]) => `  ${name.padEnd(12)} ${value}`);
}

function partTable({ parts, parameters, flops }: NetworkDescription): string {
  const rows = parts.map((part) => [
    part.name,
    part.shape.slice(1).join(' × '),
    count(part.parameters),
    short(part.flops),
  ]);
  return table([['part', 'result', 'parameters', 'FLOP'], ...rows, ['all', '', count(parameters), short(flops)]]);
}

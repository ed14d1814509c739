import { type ConditionConfig, isMlpConfig } from '../../nn/index.js';
import type { HeldOutLoss } from '../../training/validate.js';
import { count, duration, figure } from '../terminal/format.js';
import { commandLine } from './command-line.js';
import type { FineTuned } from './fine-tuning.js';
import type { TrainPlan } from './plan.js';
import { pointCount } from './previews.js';
import { trainOptions } from './train-options.js';

export interface CardOptions {
  readonly plan: TrainPlan;
  readonly parameters: number;
  readonly step: number;
  readonly seconds: number;
  readonly heldOut: HeldOutLoss | null;
  /** Number of samples in `samples.png` beside the card; 0 when there is no such file. */
  readonly samples: number;
}

/** The README.md of a trained model: what it is, how it was made, how well it does, and under which licences. */
export function modelCard({ plan, parameters, step, seconds, heldOut, samples }: CardOptions): string {
  const { data, options, network, condition, scheme, langevin, from } = plan;
  const ofPoints = isMlpConfig(network);
  const shown = ofPoints ? pointCount : samples;
  const things = ofPoints ? 'points' : 'pictures';
  const front = [
    ...licenceLines(data.sources),
    `library_name: ${ofPoints ? 'langevin' : 'diffusers'}`,
    ...(data.classes || condition || ofPoints ? [] : ['pipeline_tag: unconditional-image-generation']),
    'tags: [diffusion, langevin]',
  ];
  const { lr, curve, optimizer, weightDecay, ema, loss, weighting, augment, seed, batch, accumulate } = options;
  const rows = [
    ['Network', networkInWords(network, parameters)],
    ...(condition ? [['Told', toldInWords(condition, options.labelDropout)]] : []),
    ['Predicts', `${scheme.prediction}, ${from ? scheduleOf(scheme) : options.schedule} schedule`],
    ...(from ? [['Begun with', `${from.model}, weights ${from.hash.slice(0, 12)}`]] : []),
    ['Training', `${count(step)} steps of ${batch * accumulate} ${things}, ${duration(seconds)} (h:m:s) of wall time`],
    ['Optimiser', `${optimizer}, learning rate ${lr} (${curve}), weight decay ${weightDecay}, moving average ${ema}`],
    [
      'Loss',
      `${loss === 'simple' ? 'mean squared error' : loss}, weighting ${weighting}, augmentation ${augment || 'none'}`,
    ],
    ['Seed', seed],
    ['Made with', `Langevin ${langevin}`],
  ];
  return `${[
    `---\n${front.join('\n')}\n---`,
    ofPoints ? `# ${data.name}` : `# ${data.name}, ${data.size} × ${data.size}`,
    `A small diffusion model that draws ${ofPoints ? 'points' : `${data.size} × ${data.size} pictures`}, ${from ? 'fine-tuned' : 'trained from nothing'} on ` +
      `${count(data.count)} ${things} of ${data.name}${data.classes ? ` in ${data.classes.length} classes` : ''}.`,
    ...(samples > 0
      ? [`![${shown} samples](samples.png)\n\nThe first ${shown} samples of seed ${seed}, not chosen.`]
      : []),
    `## Use\n\n\`\`\`sh\nlangevin sample --model . ${ofPoints ? '-n 2000 -o samples.svg' : '-n 16 -o samples.png'}\n\`\`\``,
    `## How it was made\n\n\`\`\`sh\n${commandLine('train', trainOptions, { ...options, out: null, resume: false })}\n\`\`\``,
    markdownTable([['', ''], ...rows]),
    ...(heldOut ? [heldOutSection(heldOut)] : []),
    `## Data and licences\n\n${[...data.sources.map(sourceLine), ...(from ? [inherited(from)] : [])].join('\n')}`,
  ].join('\n\n')}\n`;
}

/** The noise that a model was trained on, by the name of its schedule where it has one. */
const scheduleOf = ({ grid }: TrainPlan['scheme']): string => ('schedule' in grid ? grid.schedule : 'given');

const inherited = ({ model }: FineTuned): string =>
  `- What ${model} was trained on, whose licences hold for what was made of it: see its card`;

const toldInWords = ({ name, names, width }: ConditionConfig, dropout: number): string => {
  const what = names ? `${name}: ${names.join(', ')}` : `${name}, as ${width} channels beside the picture`;
  return `${what}; nothing ${figure(100 * dropout)} % of the time, so that guidance works`;
};

/** The kind of a network and how large it is. */
export const networkInWords = (network: TrainPlan['network'], parameters: number): string =>
  isMlpConfig(network)
    ? `MLP, ${count(parameters)} parameters, ${network.num_blocks} blocks of width ${network.hidden_features}`
    : `U-Net, ${count(parameters)} parameters, widths ${network.block_out_channels.join(', ')}`;

function heldOutSection({ mean, byLevel, pictures }: HeldOutLoss): string {
  const rows = byLevel.map((loss, i) => [`${i / byLevel.length} to ${(i + 1) / byLevel.length}`, figure(loss)]);
  return [
    '## Held-out loss by noise level',
    `Mean squared error of the prediction on ${count(pictures)} samples that were not trained on; time 0 is clean, 1 is noise.`,
    markdownTable([['Time', 'Loss'], ...rows, ['all', figure(mean)]]),
  ].join('\n\n');
}

/** The licence of what was learnt from, as the front matter of a card states it. */
export function licenceLines(sources: TrainPlan['data']['sources']): readonly string[] {
  const licences = [...new Set(sources.map(({ license }) => license))];
  return licences.length === 1
    ? [`license: ${licences[0]}`]
    : ['license: other', `license_name: ${licences.join(' AND ')}`];
}

export const markdownTable = ([head = [], ...rows]: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

export const sourceLine = ({ name, author, license, url }: TrainPlan['data']['sources'][number]): string =>
  `- ${url ? `[${name}](${url})` : name}, by ${author}: ${license}`;

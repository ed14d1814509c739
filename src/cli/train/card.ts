import type { HeldOutLoss } from '../../training/validate.js';
import { count, duration, figure } from '../terminal/format.js';
import { commandLine } from './command-line.js';
import type { TrainPlan } from './plan.js';
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
  const { data, options, network, scheme, langevin } = plan;
  const front = [
    ...licenceLines(data.sources),
    'library_name: diffusers',
    ...(data.classes ? [] : ['pipeline_tag: unconditional-image-generation']),
    'tags: [diffusion, langevin]',
  ];
  const { lr, curve, weightDecay, ema, weighting, augment, seed, batch, accumulate } = options;
  const rows = [
    ['Network', `U-Net, ${count(parameters)} parameters, widths ${network.block_out_channels.join(', ')}`],
    ['Predicts', `${scheme.prediction}, ${options.schedule} schedule`],
    ['Training', `${count(step)} steps of ${batch * accumulate} pictures, ${duration(seconds)} (h:m:s) of wall time`],
    ['Optimiser', `AdamW, learning rate ${lr} (${curve}), weight decay ${weightDecay}, moving average ${ema}`],
    ['Loss', `mean squared error, weighting ${weighting}, augmentation ${augment || 'none'}`],
    ['Seed', seed],
    ['Made with', `Langevin ${langevin}`],
  ];
  return `${[
    `---\n${front.join('\n')}\n---`,
    `# ${data.name}, ${data.size} × ${data.size}`,
    `A small diffusion model that draws ${data.size} × ${data.size} pictures, trained from nothing on ` +
      `${count(data.count)} pictures of ${data.name}${data.classes ? ` in ${data.classes.length} classes` : ''}.`,
    ...(samples > 0
      ? [`![${samples} samples](samples.png)\n\nThe first ${samples} samples of seed ${seed}, not chosen.`]
      : []),
    `## Use\n\n\`\`\`sh\nlangevin sample --model . -n 16 -o samples.png\n\`\`\``,
    `## How it was made\n\n\`\`\`sh\n${commandLine('train', trainOptions, { ...options, out: null })}\n\`\`\``,
    markdownTable([['', ''], ...rows]),
    ...(heldOut ? [heldOutSection(heldOut)] : []),
    `## Data and licences\n\n${data.sources.map(sourceLine).join('\n')}`,
  ].join('\n\n')}\n`;
}

function heldOutSection({ mean, byLevel, pictures }: HeldOutLoss): string {
  const rows = byLevel.map((loss, i) => [`${i / byLevel.length} to ${(i + 1) / byLevel.length}`, figure(loss)]);
  return [
    '## Held-out loss by noise level',
    `Mean squared error of the prediction on ${count(pictures)} pictures that were not trained on; time 0 is clean, 1 is noise.`,
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

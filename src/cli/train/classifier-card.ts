import type { HeldOutAccuracy } from '../../training/index.js';
import { count, duration, figure } from '../terminal/format.js';
import { licenceLines, markdownTable, sourceLine } from './card.js';
import type { ClassifierPlan } from './classifier-session.js';
import { commandLine } from './command-line.js';
import { trainOptions } from './train-options.js';

export interface ClassifierCardOptions {
  readonly plan: ClassifierPlan;
  readonly parameters: number;
  readonly step: number;
  readonly seconds: number;
  readonly heldOut: HeldOutAccuracy | null;
}

/** The README.md of a trained classifier: what it is, how it was made, how often it is right, under which licences. */
export function classifierCard({ plan, parameters, step, seconds, heldOut }: ClassifierCardOptions): string {
  const { data, options, network, langevin } = plan;
  const { lr, curve, weightDecay, ema, augment, seed, batch, accumulate } = options;
  const held = heldOut && [
    ['Held-out accuracy', `${figure(100 * heldOut.accuracy)} % of ${count(heldOut.pictures)} pictures`],
    ['Held-out loss', `${figure(heldOut.mean)} nats of cross-entropy`],
  ];
  const rows = [
    [
      'Network',
      `residual classifier, ${count(parameters)} parameters, widths ${network.block_out_channels.join(', ')}`,
    ],
    ['Features', `${network.num_features} numbers before the last layer`],
    ['Training', `${count(step)} steps of ${batch * accumulate} pictures, ${duration(seconds)} (h:m:s) of wall time`],
    ['Optimiser', `AdamW, learning rate ${lr} (${curve}), weight decay ${weightDecay}, moving average ${ema}`],
    ['Loss', `cross-entropy, augmentation ${augment || 'none'}`],
    ...(held ?? []),
    ['Seed', seed],
    ['Made with', `Langevin ${langevin}`],
  ];
  return `${[
    `---\n${[...licenceLines(data.sources), 'tags: [image-classification, langevin]'].join('\n')}\n---`,
    `# Classifier of ${data.name}, ${data.size} × ${data.size}`,
    `A small classifier that tells ${count(network.num_classes)} classes of ${data.name} apart, trained from nothing on ` +
      `${count(data.count)} pictures. The activations before its last layer are the features that sample metrics ` +
      '(FID, KID, precision and recall) compare pictures by.',
    '## Use\n\n```sh\nlangevin eval --model MODEL --data ' + `${data.name} --metric fid,kid --features .\n\`\`\``,
    `## How it was made\n\n\`\`\`sh\n${commandLine('train', trainOptions, { ...options, out: null })}\n\`\`\``,
    markdownTable([['', ''], ...rows]),
    `## Data and licences\n\n${data.sources.map(sourceLine).join('\n')}`,
  ].join('\n\n')}\n`;
}

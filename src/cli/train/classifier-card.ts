import type { AttributeScore, HeldOutAccuracy } from '../../training/index.js';
import { count, duration, figure } from '../terminal/format.js';
import { licenceLines, markdownTable, sourceLine } from './card.js';
import type { ClassifierPlan } from './classifier-plan.js';
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
  const { data, options, network, attributes, langevin } = plan;
  const { lr, curve, optimizer, weightDecay, ema, augment, seed, batch, accumulate, balance } = options;
  const loss = attributes
    ? 'binary cross-entropy of each attribute that applies, those with and those without it counting alike'
    : 'cross-entropy';
  const balanced = balance === 0 ? '' : `, rare classes shown more often (balance ${balance})`;
  const rows = [
    [
      'Network',
      `residual classifier, ${count(parameters)} parameters, widths ${network.block_out_channels.join(', ')}`,
    ],
    ['Features', `${network.num_features} numbers before the last layer`],
    [
      'Sees',
      network.noise_conditional
        ? `noised pictures, ${options.schedule} schedule, and is told the level`
        : 'pictures without noise',
    ],
    ['Training', `${count(step)} steps of ${batch * accumulate} pictures, ${duration(seconds)} (h:m:s) of wall time`],
    ['Optimiser', `${optimizer}, learning rate ${lr} (${curve}), weight decay ${weightDecay}, moving average ${ema}`],
    ['Loss', `${loss}, augmentation ${augment || 'none'}${balanced}`],
    ...(heldOut ? heldOutRows(plan, heldOut) : []),
    ['Seed', seed],
    ['Weights stored as', options.weights === 'f16' ? 'F16' : 'F32'],
    ['Made with', `Langevin ${langevin}`],
  ];
  return `${[
    `---\n${[...licenceLines(data.sources), 'tags: [image-classification, langevin]'].join('\n')}\n---`,
    `# ${titleOf(plan)}`,
    introduction(plan),
    `## Use\n\n${useOf(plan)}`,
    `## How it was made\n\n\`\`\`sh\n${commandLine('train', trainOptions, { ...options, out: null, resume: false })}\n\`\`\``,
    ...(options.model ? [`\`${options.model}\` is the \`config.json\` here.`] : []),
    markdownTable([['', ''], ...rows]),
    ...(heldOut && heldOut.byLevel.length > 0 ? [levelSection(plan, heldOut)] : []),
    ...(heldOut?.attributes ? [attributeSection(heldOut)] : []),
    `## Data and licences\n\n${data.sources.map(sourceLine).join('\n')}`,
  ].join('\n\n')}\n`;
}

function titleOf({ data, attributes, network }: ClassifierPlan): string {
  const kind = `${network.noise_conditional ? 'Noise-aware classifier' : 'Classifier'} of ${attributes ? 'attributes of ' : ''}`;
  return `${kind}${data.name}, ${data.size} × ${data.size}`;
}

function introduction({ data, attributes, network }: ClassifierPlan): string {
  const things = `${count(data.count)} pictures`;
  const tells = attributes
    ? `tells for each of ${attributes.length} attributes of ${data.name} whether a picture has it`
    : `tells ${count(network.num_classes)} classes of ${data.name} apart`;
  const use = network.noise_conditional
    ? 'It sees pictures through noise and is told how much, so that its gradient can guide a model that draws.'
    : 'The activations before its last layer are the features that sample metrics (FID, KID, precision and recall) compare pictures by.';
  const told = attributes ? `those of ${things} that tell something of them` : things;
  return `A small classifier that ${tells}, trained from nothing on ${told}. ${use}`;
}

function useOf({ data, attributes, network }: ClassifierPlan): string {
  if (!attributes && !network.noise_conditional) {
    return `\`\`\`sh\nlangevin eval --model MODEL --data ${data.name} --metric fid,kid --features .\n\`\`\``;
  }
  const outputs = attributes
    ? "The outputs are logits of `classes.json`'s attributes, each for itself: σ(logit) > ½ says that it is there."
    : 'The outputs are logits of the classes in `classes.json`.';
  const load =
    "```js\nimport { loadClassifier } from 'langevin/pipelines';\n\nconst { network, values, classes, scheme } = await loadClassifier('.');\n```";
  const told =
    '`scheme` says which noise it knows: `timestep` is what a network of that scheme is told, 0 for a clean picture.';
  return [load, outputs, ...(network.noise_conditional ? [told] : [])].join('\n\n');
}

function heldOutRows({ attributes, network }: ClassifierPlan, { accuracy, mean, pictures }: HeldOutAccuracy) {
  const share = attributes ? 'Held-out balanced accuracy' : 'Held-out accuracy';
  const chance = attributes
    ? 'mean over attributes, 50 % is guessing'
    : `${figure(100 / network.num_classes)} % is guessing`;
  return [
    [
      share,
      `${figure(100 * accuracy)} % of ${count(pictures)} pictures${network.noise_conditional ? ' without noise' : ''} (${chance})`,
    ],
    ['Held-out loss', `${figure(mean)} nats of ${attributes ? 'weighted ' : ''}cross-entropy`],
  ];
}

function levelSection(
  { attributes }: ClassifierPlan,
  { byLevel, accuracyByLevel, accuracy, mean }: HeldOutAccuracy,
): string {
  const percent = (share: number): string => `${figure(100 * share)} %`;
  const rows = byLevel.map((loss, i) => [
    `${i / byLevel.length} to ${(i + 1) / byLevel.length}`,
    percent(accuracyByLevel[i]!),
    figure(loss),
  ]);
  return [
    '## Held-out accuracy by noise level',
    'Pictures that were not trained on, seen through the noise of their level; time 0 is clean, 1 is noise.',
    markdownTable([
      ['Time', attributes ? 'Balanced accuracy' : 'Accuracy', 'Loss'],
      ['no noise', percent(accuracy), figure(mean)],
      ...rows,
    ]),
  ].join('\n\n');
}

function attributeSection({ attributes = [] }: HeldOutAccuracy): string {
  const told = (value: number | null): string => (value === null ? '–' : figure(value));
  const row = ({ name, present, absent, averagePrecision, balancedAccuracy }: AttributeScore) => [
    ...[name, present, absent],
    ...[told(averagePrecision), told(balancedAccuracy)],
  ];
  return [
    '## Held-out attributes',
    'On pictures without noise that were not trained on, and only those of which it can be told. Average precision would be the share ' +
      'that has it, and balanced accuracy ½, by guessing. Few pictures make a rough number, and – means that there are none: all ' +
      'drawings of that family were trained on.',
    markdownTable([['Attribute', 'With', 'Without', 'Average precision', 'Balanced accuracy'], ...attributes.map(row)]),
  ].join('\n\n');
}
